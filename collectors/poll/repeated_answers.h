// Which answers say of an unfinished refresh what the answer before said, byte for byte: of those
// only the time is news.
//
// When in doubt an answer is read: one that follows an answer of another kind, an odd one or a
// change of what is configured, and the first after five to ten minutes.
//
// Called by the classes of a collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include <optional>
#include <string_view>

#include "collectors/base/clock.h"
#include "collectors/base/fingerprint.h"
#include "collectors/decode/decoder.h"
#include "collectors/model/refresh.h"
#include "collectors/poll/watchlist.h"

namespace cckm {

// Takes what was read of a refresh, and the fingerprint of the answer.
void NoteAnswer(const Refresh& refresh, const Fingerprint& fingerprint, SteadyTime now,
                Watched& watched);

// When an answer came, and the latest time that is believed in it.
struct AnswerTime {
  SteadyTime now{};
  WallTime latest_time{};
};

// Whether the text begins with what the refresh's last answer was, and nothing new would be read.
bool RepeatsAnswer(std::string_view text, const Watched& watched, const AnswerTime& time);

// The entries of a page that repeat the answers before, in the order in which they were looked for.
class RepeatedEntries final : public KnownEntries {
 public:
  // `watched` outlives this, and does not change meanwhile.
  RepeatedEntries(const Watchlist& watched, const AnswerTime& time)
      : watched_(watched), time_(time), last_(watched.last_found()) {}

  std::optional<Known> Take(std::string_view text) override;
  void TakeOther(std::string_view id) override;

 private:
  const Watchlist& watched_;
  const AnswerTime time_;
  RefreshIndex last_;
};

}  // namespace cckm
