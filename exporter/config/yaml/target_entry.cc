#include "exporter/config/yaml/target_entry.h"

#include <utility>
#include <variant>

namespace cckm {

std::string NameInDomain(const std::string& entry, const std::string& domain) {
  return entry + "/" + domain;
}

std::vector<TargetConfig> TargetsOf(TargetEntry entry) {
  auto& alone = static_cast<TargetConfig&>(entry);
  if (entry.domains.empty()) return {std::move(alone)};
  std::vector<TargetConfig> targets;
  for (std::string& domain : entry.domains) {
    TargetConfig& target = targets.emplace_back(alone);
    target.name = NameInDomain(entry.name, domain);
    if (auto* login = std::get_if<PasswordLogin>(&target.authentication)) {
      login->domain = std::move(domain);
    }
  }
  return targets;
}

}  // namespace cckm
