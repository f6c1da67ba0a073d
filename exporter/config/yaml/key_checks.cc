#include "exporter/config/yaml/key_checks.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "collectors/http/tls_material.h"
#include "collectors/http/url.h"
#include "exporter/config/text.h"
#include "exporter/expectations/pattern.h"

namespace cckm {
namespace {

constexpr std::array<std::string_view, 3> kWaysToAuthenticate = {"login", "authorization",
                                                                 "client_certificate"};
constexpr std::string_view kExactlyOne =
    "must have exactly one of login, authorization and client_certificate";

void CheckAuthentication(const YamlCursor& map, const GivenKeys& given) {
  std::size_t ways = 0;
  for (const auto& [name, value] : given.values) {
    if (std::ranges::count(kWaysToAuthenticate, name) == 0 || ++ways == 1) continue;
    value.ReportError("is one way too many: the target " + std::string(kExactlyOne));
  }
  if (ways == 0) map.ReportError(std::string(kExactlyOne));
}

// Empty where nothing is wrong, or what is was reported before.
std::string ProblemOf(const std::string& text, const TargetConfig& target) {
  const auto url = ParseUrl(text);
  if (!url) return {};
  if (url->is_http && !target.settings.allow_http) {
    return "must start with https://; http:// is allowed only with allow_http: true";
  }
  return RepeatedApiPath(*url);
}

// After the other keys, because allow_http may stand below the URL.  A URL with a problem goes.
void CheckUrl(const YamlCursor& value, TargetConfig& target) {
  std::string problem = ProblemOf(target.url, target);
  if (problem.empty()) return;
  value.ReportError(std::move(problem));
  target.url.clear();
}

void CheckUrls(const YamlCursor& value, TargetConfig& target) {
  if (target.urls.empty()) return;  // reported
  const auto items = value.Items();
  for (const YamlCursor& item : *items) {
    const auto text = item.IsText() ? item.Text({}) : std::nullopt;
    std::string problem = text ? ProblemOf(*text, target) : std::string();
    if (problem.empty()) continue;
    item.ReportError(std::move(problem));
    target.urls.clear();
  }
}

void CheckAddresses(const YamlCursor& map, const GivenKeys& given, TargetConfig& target) {
  const YamlCursor* const url = given.Find("url");
  const YamlCursor* const urls = given.Find("urls");
  if (url == nullptr && urls == nullptr) {
    map.ReportMissing("url", "a target needs the URL of its appliance, or urls of a cluster");
  }
  if (url != nullptr && urls != nullptr) {
    urls->ReportError("is one too many: the target must have exactly one of url and urls");
  }
  if (url != nullptr) CheckUrl(*url, target);
  if (urls != nullptr) CheckUrls(*urls, target);
}

void CheckProxy(const GivenKeys& given, const TargetConfig& target) {
  const YamlCursor* const login = given.Find("proxy_login");
  if (login != nullptr && target.proxy.url.empty()) login->ReportError("needs a proxy_url");
  const YamlCursor* const authorities = given.Find("proxy_ca_file");
  if (authorities != nullptr && !target.proxy.url.starts_with("https://")) {
    authorities->ReportError("needs a proxy_url that begins with https://");
  }
}

void CheckCertificateLogin(const YamlCursor& map, TargetConfig& target) {
  auto* const login = std::get_if<CertificateLogin>(&target.authentication);
  if (login == nullptr) return;
  login->certificate_file = target.tls.files.cert_file;
  if (login->certificate_file.empty()) {
    map.ReportError("needs cert_file and key_file in tls_config for client_certificate");
  }
  if (target.has_http_address()) {
    map.ReportError("needs an https:// url for client_certificate");
  }
}

void CheckTenancyDomains(const GivenKeys& given, const TargetEntry& entry) {
  const YamlCursor* const domains = given.Find("domains");
  if (domains == nullptr || entry.domains.empty()) return;  // reported, or not given
  if (given.Find("login") == nullptr) {
    return domains->ReportError("needs login: a domain is chosen when a user logs in");
  }
  const auto* const login = std::get_if<PasswordLogin>(&entry.authentication);
  if (login != nullptr && !login->domain.empty()) {
    domains->ReportError("must not stand beside login.domain, which is one of them");
  }
  for (const std::string& domain : entry.domains) {
    if (entry.name.empty() || IsValidTargetName(NameInDomain(entry.name, domain))) continue;
    domains->ReportError("must make names NAME/DOMAIN of at most " +
                         std::to_string(kMaxTargetName) + " characters");
    return;
  }
}

using Families = std::set<const Family*>;

// Those of the target's that the patterns may match.
Families FamiliesOf(const DomainPatterns& match, const TargetConfig& target) {
  const auto pattern = Pattern::Compile(match.cloud);
  Families families;
  for (const CollectorConfig& collector : target.collectors) {
    const bool fits = pattern && pattern->Matches(collector.family->name);
    if (match.cloud.empty() || fits) families.insert(collector.family);
  }
  return families;
}

bool MatchesEverything(const std::string& pattern) { return pattern.empty() || pattern == ".*"; }

void WarnOfUselessExpectations(const GivenKeys& given, const TargetConfig& target) {
  if (target.expectations.empty()) return;
  const auto items = *given.Find("expectations")->Items();
  Families taken;  // as a whole, by the expectations before
  for (std::size_t index = 0; index < items.size(); ++index) {
    const DomainPatterns& match = target.expectations[index].match;
    const Families families = FamiliesOf(match, target);
    if (families.empty()) {
      items[index].Warn("can match no domain: cloud fits no collector of the target");
    } else if (std::ranges::includes(taken, families)) {
      items[index].Warn(
          "can never count: expectations before it match every domain of its families");
    }
    if (!MatchesEverything(match.domain) || !MatchesEverything(match.connection)) continue;
    taken.insert(families.begin(), families.end());
  }
}

}  // namespace

void CheckTls(const YamlCursor& map, const GivenKeys& /*given*/, const TlsOptions& tls) {
  const TlsFiles& files = tls.files;
  if (files.cert_file.empty() != files.key_file.empty()) {
    return map.ReportError("must have both cert_file and key_file, or neither");
  }
  const auto material = ReadTlsMaterial(
      {.ca_file = files.ca_file, .cert_file = files.cert_file, .key_file = files.key_file});
  if (!material) map.ReportError(material.error().message);
}

void CheckProxyLogin(const YamlCursor& map, const GivenKeys& /*given*/,
                     const TargetConfig& target) {
  if (target.proxy.username.find(':') == std::string::npos) return;
  map.ReportError("must have a username without a colon, which no proxy could tell apart");
}

void CheckCollector(const YamlCursor& map, const GivenKeys& given,
                    const CollectorConfig& collector) {
  const auto has_content = [&given](std::string_view name) {
    const YamlCursor* const value = given.Find(name);
    return value != nullptr && value->HasContent();
  };
  if (has_content("refresh_ids") || has_content("refresh_id_files")) return;
  if (collector.discovery.enabled) return;
  map.ReportError("must have refresh_ids, refresh_id_files or discovery with enabled: true");
}

void CheckTarget(const YamlCursor& map, const GivenKeys& given, TargetEntry& target) {
  CheckAddresses(map, given, target);
  CheckAuthentication(map, given);
  CheckProxy(given, target);
  CheckCertificateLogin(map, target);
  CheckTenancyDomains(given, target);
  WarnOfUselessExpectations(given, target);
}

}  // namespace cckm
