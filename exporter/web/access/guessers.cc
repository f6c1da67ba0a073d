#include "exporter/web/access/guessers.h"

#include <arpa/inet.h>

#include <algorithm>

namespace cckm {

std::string SourceOf(std::string_view peer) {
  constexpr std::size_t kPrefixBytes = 8;
  std::string text(peer);
  in6_addr address{};
  if (::inet_pton(AF_INET6, text.c_str(), &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address)) {
    return text;
  }
  return {reinterpret_cast<const char*>(address.s6_addr), kPrefixBytes};
}

std::uint64_t Guessers::FailuresOf(const std::string& source) const {
  const auto entry = failures_.find(source);
  return entry == failures_.end() ? 0 : entry->second;
}

void Guessers::Note(const std::string& source) {
  if (const auto entry = failures_.find(source); entry != failures_.end()) {
    ++entry->second;
    return;
  }
  in_order_.push_back(source);
  failures_.emplace(source, 1);
  if (in_order_.size() <= most_) return;
  failures_.erase(in_order_.front());
  in_order_.pop_front();
}

void Guessers::Forgive(const std::string& source) {
  if (failures_.erase(source) == 0) return;
  in_order_.erase(std::ranges::find(in_order_, source));
}

}  // namespace cckm
