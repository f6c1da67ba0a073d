#include "exporter/config/yaml/target_entry.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "exporter/config/yaml/value_kinds.h"

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

void TenancyDomainsValue::Read(const YamlCursor& cursor, std::vector<std::string>& out) const {
  const auto items = cursor.Items();
  if (!items) return;
  if (items->empty() || items->size() > kMaxTenancyDomains) {
    return cursor.ReportError("must list 1 to " + std::to_string(kMaxTenancyDomains) +
                              " tenancy domains, such as [root, finance]");
  }
  for (const YamlCursor& item : *items) {
    std::string domain;
    TextValue().Read(item, domain);
    if (domain.empty()) continue;  // reported
    if (std::ranges::count(out, domain) != 0) {
      item.ReportError("is listed twice");
    } else {
      out.push_back(std::move(domain));
    }
  }
}

AllowedValues TenancyDomainsValue::Allowed() const {
  return {.kind = ValueKind::kTenancyDomains,
          .range = "1 to " + std::to_string(kMaxTenancyDomains) + " names, no two alike",
          .smallest = 1,
          .largest = kMaxTenancyDomains};
}

}  // namespace cckm
