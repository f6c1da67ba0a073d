// Reads refreshes, and pages of their list, out of responses of one family.
//
// Called by the classes of a collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh.h"

namespace cckm {

class RefreshReader {
 public:
  // An appliance's times may be ahead of the Date of its responses by so much.
  static constexpr Nanoseconds kMaxAhead = std::chrono::minutes(5);

  // `success_texts` as ReadingRules has them; the rest outlives this.
  RefreshReader(const Family& family, std::vector<std::string> success_texts, const Clock& clock,
                Decoder& decoder);

  // The refresh requested by `id`, and a page of the list; a DecodeFailure without an anomaly where
  // the response has no usable body.
  Decoded<Refresh> ReadRefresh(const HttpResult& response, std::string_view id) const;
  Decoded<RefreshPage> ReadPage(const HttpResult& response, KnownEntries* known = nullptr) const;

  // Empty where there is none.
  std::string_view UsableBodyOf(const HttpResult& response) const;
  bool HasUsableBody(const HttpResult& response) const;
  // The appliance says that what was requested does not exist.
  bool SaysNotFound(const HttpResult& response) const;

  // When the appliance answered: by its clock, or by ours where it does not tell.  REQUIRES: it
  // answered.
  WallTime TimeOf(const HttpResult& response) const;
  // The latest time that is believed in an answer of now.
  WallTime LatestTimeIn(const HttpResult& response) const { return TimeOf(response) + kMaxAhead; }

 private:
  ReadingRules RulesFor(const HttpResult& response) const;

  const Family& family_;
  const std::vector<std::string> success_texts_;
  const Clock& clock_;
  Decoder& decoder_;
};

}  // namespace cckm
