// What a request is sent for.  The poller gives it to the HttpClient as a number and gets it back
// with the answer.
//
// Plain data.  Made by Collector and Poller; read by them and the lists of a collector.

#pragma once

#include <cstdint>
#include <string>

#include "collectors/poll/schedule.h"

namespace cckm {

struct RequestTag {
  enum class Kind : std::uint8_t {
    kRefresh,      // a refresh, by its id
    kHeartbeat,    // one entry of the list of refreshes
    kRefreshPage,  // a page of that list
    kDomainPage,   // a page of the list of domains
    kLogin,
    kSchedulePage,     // a page of the scheduler's configurations, or all of them
    kScheduleRunPage,  // a page of its runs
    kScheduleRun,      // a run, by its id
  };

  // As the HttpClient carries it.
  constexpr std::uint64_t Packed() const;
  // REQUIRES: `packed` was made by Packed().
  static constexpr RequestTag Unpacked(std::uint64_t packed);

  friend bool operator==(const RequestTag&, const RequestTag&) = default;

  Kind kind = Kind::kRefresh;
  bool is_repetition = false;   // it was refused with another token before
  std::uint16_t collector = 0;  // its place among the poller's; 0 for others
  RefreshIndex refresh = 0;     // of kRefresh, else 0

 private:
  static constexpr unsigned kCollectorShift = 32;
  static constexpr unsigned kKindShift = 48;
  static constexpr unsigned kRepetitionShift = 56;
};

// A request of a poll.
struct PollRequest {
  std::string path;
  RequestTag tag;
  bool on_new_connection = false;
};

constexpr std::uint64_t RequestTag::Packed() const {
  return std::uint64_t{refresh} | std::uint64_t{collector} << kCollectorShift |
         static_cast<std::uint64_t>(kind) << kKindShift |
         static_cast<std::uint64_t>(is_repetition) << kRepetitionShift;
}

constexpr RequestTag RequestTag::Unpacked(std::uint64_t packed) {
  return {.kind = static_cast<Kind>(static_cast<std::uint8_t>(packed >> kKindShift)),
          .is_repetition = (packed >> kRepetitionShift) != 0,
          .collector = static_cast<std::uint16_t>(packed >> kCollectorShift),
          .refresh = static_cast<RefreshIndex>(packed)};
}

}  // namespace cckm
