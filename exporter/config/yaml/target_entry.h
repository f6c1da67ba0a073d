// An entry of a list of targets, as people write it: it stands for one target, or for one in each
// of several tenancy domains.
//
// Used by the readers of this library only.  Thread-safety: plain data; pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/yaml/config_value.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

inline constexpr std::size_t kMaxTenancyDomains = 100;

struct TargetEntry : TargetConfig {
  std::vector<std::string> domains = {};  // empty: one target
};

// The name of the target that an entry stands for in a domain.
std::string NameInDomain(const std::string& entry, const std::string& domain);

// The targets that the entry stands for.  REQUIRES: with domains, a login by password.
std::vector<TargetConfig> TargetsOf(TargetEntry entry);

// Names of tenancy domains, each once.
struct TenancyDomainsValue {
  void Read(const YamlCursor& cursor, std::vector<std::string>& out) const;
  WrittenValue Write(const std::vector<std::string>& value) const { return {.items = value}; }
  AllowedValues Allowed() const;
};

}  // namespace cckm
