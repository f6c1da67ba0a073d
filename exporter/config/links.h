// Links that people configure for the page: to dashboards, runbooks and whatever else helps.
//
// Thread-safety: pure functions.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cckm {

struct Link {
  std::string name;
  std::string url;  // of which LinkMistake() says nothing

  friend bool operator==(const Link&, const Link&) = default;
};
using Links = std::vector<Link>;  // in the order of the configuration, each name once

inline constexpr std::size_t kMaxLinks = 20;
inline constexpr std::size_t kMaxLinkName = 64;   // characters
inline constexpr std::size_t kMaxLinkUrl = 2000;  // bytes

// What a link may hold behind its host, each in braces.
inline constexpr std::array<std::string_view, 3> kLinkPlaceholders = {"target", "cloud",
                                                                      "domain_id"};

// What is wrong with the URL of a link and what is allowed; empty: nothing.
std::string LinkMistake(std::string_view url);

// True if the link holds a placeholder: it is one for each domain.
bool IsForDomains(const Link& link);

// The URL with the values, in the order of kLinkPlaceholders, in the place of its placeholders:
// every byte of them percent-encoded that is not a letter, a digit or one of - . _ ~  Empty where a
// value such as .. would become a path segment that a browser resolves away.
std::string FilledUrl(const Link& link,
                      const std::array<std::string_view, kLinkPlaceholders.size()>& values);

}  // namespace cckm
