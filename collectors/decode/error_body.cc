#include "collectors/decode/error_body.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "collectors/decode/json_reader.h"

namespace cckm {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kCodeDescription = "codeDesc";

// Codes that mean more than a body of another shape.
struct CodeMeaning {
  std::string_view code_name;
  ErrorKind kind;
};
constexpr std::array<CodeMeaning, 2> kCodeMeanings = {{
    {"NCERRUnauthorizedAccess", ErrorKind::kAuth},
    {"NCERRForbidden", ErrorKind::kForbidden},
}};

ErrorKind KindOfCode(std::string_view code_description) {
  const auto* found = std::ranges::find_if(kCodeMeanings, [&](const CodeMeaning& meaning) {
    return code_description.find(meaning.code_name) != std::string_view::npos;
  });
  return found == kCodeMeanings.end() ? ErrorKind::kSchema : found->kind;
}

}  // namespace

ApiError ReadApiError(dom::object object, const Shortener& shortener) {
  ApiError error;
  if (const auto code = Member(object, "code")) {
    if (code->get(error.code) != simdjson::SUCCESS) error.code = 0;
  }
  const auto description = StringMember(object, kCodeDescription).value_or("");
  error.is_told = !description.empty();
  error.code_description = shortener.Text(description);
  return error;
}

bool IsErrorBody(dom::object object) {
  return object.at_key(kCodeDescription).error() == simdjson::SUCCESS;
}

Error ErrorOfBody(dom::object object, const Shortener& shortener) {
  const ApiError error = ReadApiError(object, shortener);
  const auto description = StringMember(object, kCodeDescription).value_or("");
  return {KindOfCode(description), "a successful answer holds the error " +
                                       std::to_string(error.code) + " \"" +
                                       shortener.Quotation(description) + "\""};
}

}  // namespace cckm
