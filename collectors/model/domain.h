// What a family's domain list says of a domain: plain data.
//
// Made by collectors/decode, which makes every text short (BoundedName); read by everybody.

#pragma once

#include <string>

namespace cckm {

struct DomainName {
  std::string id;          // as refreshes name it; not empty
  std::string name;        // empty where the list has none
  std::string connection;  // empty where the list has none

  friend bool operator==(const DomainName&, const DomainName&) = default;
};

}  // namespace cckm
