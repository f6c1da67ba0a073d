// An entry of a list of targets, as people write it: it stands for one target, or for one in each
// of several tenancy domains.
//
// Used by the readers of this library only.  Thread-safety: plain data; pure functions.

#pragma once

#include <string>
#include <vector>

#include "exporter/config/config.h"

namespace cckm {

struct TargetEntry : TargetConfig {
  std::vector<std::string> domains = {};  // empty: one target
};

// The name of the target that an entry stands for in a domain.
std::string NameInDomain(const std::string& entry, const std::string& domain);

// The targets that the entry stands for.  REQUIRES: with domains, a login by password.
std::vector<TargetConfig> TargetsOf(TargetEntry entry);

}  // namespace cckm
