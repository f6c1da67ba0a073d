// A job object to a Refresh: every field but the id, whose meaning depends on where the object
// stood.
//
// Called by Decoder.  Thread-safety: one JobReader belongs to one thread.

#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/base/error.h"
#include "collectors/decode/decoder.h"
#include "collectors/decode/domain_text.h"
#include "collectors/decode/shortener.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh.h"

namespace cckm {

class JobReader {
 public:
  // `shortener` outlives this.
  explicit JobReader(const Shortener& shortener) : shortener_(shortener) {}

  // Fails with kSchema, naming the field, where overall_status is missing or a field that decides
  // about states has the wrong type.  A time of the wrong type is an anomaly, not a failure; what
  // stands for a domain's text and is none takes that text away, not the refresh.
  Result<Refresh> Read(simdjson::dom::object job, const ReadingRules& rules);

 private:
  // One mention of a domain in the body; the views point into the document.
  struct Mention {
    std::string_view domain_id;
    std::string_view text;
    bool has_other_value;  // than a text
    std::size_t position;
  };

  Result<void> CollectDomains(simdjson::dom::object job, const Family& family);
  Result<void> CollectArray(std::string_view name, simdjson::dom::element value);
  Result<void> CollectDetailedStatus(simdjson::dom::element value);
  void AddMention(std::string_view domain_id, std::string_view text, bool has_other_value = false);
  void MergeMentions();
  void MakeDomains(RefreshStatus appliance_status, const ReadingRules& rules,
                   Refresh& refresh) const;

  void AddUnits(std::string_view name, simdjson::dom::element value);

  const Shortener& shortener_;
  std::vector<Mention> mentions_;  // of the job being read; kept for its memory
  std::uint64_t units_ = 0;        // the same job's
};

}  // namespace cckm
