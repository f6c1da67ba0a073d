#include "tests/system/hostile/case_run.h"

#include <algorithm>
#include <sstream>

#include "collectors/base/error.h"
#include "tests/support/fakes/leak.h"

namespace cckm {
namespace {

std::string TokenOf(const HostileCase& hostile_case) {
  return "eyJ" + std::string(kCanary) + "-" + hostile_case.name;
}

Upstream::Options OptionsOf(const HostileCase& hostile_case, int foreign_port) {
  Upstream::Options options{.script = hostile_case.script,
                            .listening = hostile_case.listening,
                            .is_ipv6 = hostile_case.is_ipv6,
                            .tls = hostile_case.tls,
                            .honest_tls = {},
                            .token = TokenOf(hostile_case),
                            .foreign_port = foreign_port};
  if (hostile_case.is_https) options.honest_tls.emplace();
  if (hostile_case.recovery == Recovery::kByNewAuthority) options.honest_tls = hostile_case.tls[0];
  return options;
}

std::string ShortNumber(double value) {
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.'));
}

}  // namespace

CaseRun::CaseRun(const HostileCase& hostile_case, const Identities& identities, int foreign_port)
    : case_(hostile_case), upstream_(OptionsOf(hostile_case, foreign_port), identities) {}

std::string CaseRun::token() const { return TokenOf(case_); }

bool CaseRun::HasOwnAuthority() const {
  return case_.recovery == Recovery::kByNewAuthority || case_.corrupts_authority;
}

std::string CaseRun::Configure(const ConfigFolder& folder, const Identities& identities) const {
  const std::string own_password = std::string(kCanary) + "-" + case_.name + "-password";
  folder.Write(File(".password"), case_.password.empty() ? own_password : case_.password, 0600);
  folder.Write(File(".token"), token(), 0600);
  if (HasOwnAuthority()) folder.Write(File(".pem"), identities.authority(), 0644);
  std::string ids;
  for (int i = 1; i <= case_.refreshes; ++i) ids += (i == 1 ? "r" : ", r") + std::to_string(i);
  std::string config = "  - name: " + case_.name + "\n";
  config += std::string("    url: ") + (case_.is_https ? "https://" : "http://") +
            (case_.is_ipv6 ? "[::1]:" : "127.0.0.1:") + std::to_string(upstream_.port()) + "\n";
  config += Authentication() + TlsConfig();
  if (!case_.settings.empty()) config += "    " + case_.settings + "\n";
  config += "    collectors:\n";
  for (const std::string& name : case_.families) {
    config += "      " + name + ": { refresh_ids: [" + ids + "], domain_names: false }\n";
  }
  return config;
}

std::string CaseRun::Authentication() const {
  if (case_.credential == Credential::kTokenFile) {
    return "    authorization: { credentials_file: " + File(".token") + " }\n";
  }
  return "    login: { username: exporter, password_file: " + File(".password") + " }\n";
}

std::string CaseRun::TlsConfig() const {
  if (!case_.is_https) return {};
  if (!case_.tls_config.empty()) return "    tls_config: " + case_.tls_config + "\n";
  return "    tls_config: { ca_file: " + (HasOwnAuthority() ? File(".pem") : "authority.pem") +
         " }\n";
}

double CaseRun::Errors(const Shown& shown, std::string_view family, std::string_view reason) const {
  return shown.Value("cckm_api_errors_total",
                     {{"target", case_.name}, {"cloud", family}, {"reason", reason}});
}

double CaseRun::Up(const Shown& shown) const {
  return shown.Value("cckm_up", {{"target", case_.name}, {"cloud", family()}});
}

double CaseRun::Completed(const Shown& shown) const {
  return shown.Value("cckm_refresh_duration_seconds_count",
                     {{"target", case_.name}, {"cloud", family()}, {"status", "completed"}});
}

void CaseRun::Observe(const Shown& shown, const ConfigFolder& folder) {
  if (is_honest_) return;
  const bool is_up = Up(shown) == 1;
  if (case_.corrupts_authority && !has_corrupted_ && is_up && PollCount() >= polls_wanted_) {
    folder.Write(File(".pem"), "garbage", 0644);
    has_corrupted_ = true;
    polls_wanted_ += PollCount();
  }
  const bool has_faults = !case_.reason.empty() && Errors(shown, case_.is_login ? "" : family(),
                                                          case_.reason) >= case_.times;
  const bool has_polls = case_.reason.empty() && PollCount() >= polls_wanted_ &&
                         (has_corrupted_ || !case_.corrupts_authority);
  is_shown_ = is_up == case_.is_up && (has_faults || has_polls);
}

void CaseRun::TurnHonest(const Shown& shown, const ConfigFolder& folder,
                         const Identities& identities) {
  is_honest_ = true;
  ReportErrors(shown);
  ReportErrorsOfState(shown);
  evidence_.hostile = upstream_.appliance().Requests();
  evidence_.hostile_connections = upstream_.ConnectionCount();
  evidence_.exposition = shown.text();
  if (case_.recovery != Recovery::kAfterTheTest) upstream_.TurnHonest();
  if (case_.recovery == Recovery::kByNewPassword) {
    const std::string password = std::string(kCanary) + "-" + case_.name + "-new";
    folder.Write(File(".password"), password, 0600);
  }
  if (case_.recovery == Recovery::kByNewAuthority) {
    folder.Write(File(".pem"), identities.other_authority(), 0644);
  }
}

void CaseRun::ReportErrors(const Shown& shown) {
  for (const std::string& cloud : {family(), std::string()}) {
    const bool is_expected_here = case_.is_login == cloud.empty();
    for (const std::string_view reason : kErrorKindNames) {
      const double count = Errors(shown, cloud, reason);
      const double least = is_expected_here && reason == case_.reason ? case_.times : 0;
      const bool is_right = least == 0 ? count <= 0 : count >= least;
      if (is_right) continue;
      errors_.push_back("cckm_api_errors_total{cloud=\"" + cloud + "\",reason=\"" +
                        std::string(reason) + "\"} is " + ShortNumber(count));
    }
  }
}

void CaseRun::ReportErrorsOfState(const Shown& shown) {
  if (Up(shown) != (case_.is_up ? 1 : 0)) {
    errors_.push_back("cckm_up is " + ShortNumber(Up(shown)));
  }
  if (!case_.is_up && Completed(shown) != 0) {
    errors_.push_back("a refresh was counted that nobody has told of");
  }
  if (case_.reason.empty() && PollCount() < polls_wanted_) {
    errors_.push_back("only " + std::to_string(PollCount()) + " polls");
  }
}

bool CaseRun::HasRecovered(const Shown& shown) const {
  if (case_.recovery == Recovery::kAfterTheTest) return true;
  const double is_completed = shown.Value(
      "cckm_refresh_status",
      {{"target", case_.name}, {"cloud", family()}, {"refresh_id", "r1"}, {"status", "completed"}});
  return Up(shown) == 1 && is_completed == 1 && Completed(shown) == case_.refreshes;
}

void CaseRun::Finish(const Shown& shown, std::size_t foreign_connections, const std::string& log) {
  if (!HasRecovered(shown)) {
    errors_.push_back("it has not recovered: cckm_up is " + ShortNumber(Up(shown)) +
                      ", refreshes counted: " + ShortNumber(Completed(shown)));
  }
  evidence_.all = upstream_.appliance().Requests();
  evidence_.foreign_connections = foreign_connections;
  evidence_.log = log;
  const std::string error = case_.check ? case_.check(evidence_) : "";
  if (!error.empty()) errors_.push_back(error);
  if (!errors_.empty()) QuoteLog();
}

void CaseRun::QuoteLog() {
  std::istringstream log(evidence_.log);
  for (std::string line; std::getline(log, line);) {
    const bool is_meant = line.find(" target=" + case_.name + " ") != std::string::npos;
    if (is_meant && line.find(" error=") != std::string::npos) errors_.push_back(line);
  }
}

}  // namespace cckm
