// How often who has sent a wrong password: a limited memory of sources.
//
// Used by basic_auth.h.  Thread-safety: none of its own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace cckm {

// What stands for everybody at an address: the address itself; of IPv6 its first 64 bits, of which
// a host has as many addresses as it likes.
std::string SourceOf(std::string_view peer);

class Guessers {
 public:
  explicit Guessers(std::size_t most = 4096) : most_(most) {}

  // Since the source was last let in.
  std::uint64_t FailuresOf(const std::string& source) const;
  // One more failure.  Of too many sources the one that failed first is forgotten.
  void Note(const std::string& source);
  // The source was let in.
  void Forgive(const std::string& source);

 private:
  const std::size_t most_;
  std::map<std::string, std::uint64_t> failures_;
  std::deque<std::string> in_order_;
};

}  // namespace cckm
