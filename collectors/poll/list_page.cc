#include "collectors/poll/list_page.h"

#include <string>

namespace cckm {

Error RepeatsItself() { return {ErrorKind::kSchema, "the list repeats itself without an end"}; }

Error BelongsElsewhere() {
  return {ErrorKind::kSchema,
          "the answer is not the page of the list asked for and may belong to another request"};
}

Error SummaryOf(const UnusableEntries& unusable) {
  return {unusable.first->kind,
          std::to_string(unusable.count) +
              " entries of a page of the list cannot be read; of the first, " +
              unusable.first->message};
}

bool MayBeReadInParts(const DecodeFailure& failure) {
  return failure.may_be_one_entry || failure.error.kind == ErrorKind::kTooLarge;
}

bool IsOfTheBody(const DecodeFailure& failure) {
  return failure.error.kind == ErrorKind::kJson || failure.error.kind == ErrorKind::kSchema;
}

}  // namespace cckm
