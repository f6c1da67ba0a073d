#include "tests/system/hostile/contest.h"

#include <algorithm>
#include <sstream>

#include "collectors/base/error.h"
#include "tests/support/fakes/leak.h"

namespace cckm {
namespace {

std::string TokenOf(const HostileCase& played) {
  return "eyJ" + std::string(kCanary) + "-" + played.name;
}

Upstream::Options OptionsOf(const HostileCase& played, int foreign_port) {
  Upstream::Options options{.play = played.play,
                            .listening = played.listening,
                            .is_ipv6 = played.is_ipv6,
                            .tls = played.tls,
                            .honest_tls = {},
                            .token = TokenOf(played),
                            .foreign_port = foreign_port};
  if (played.is_https) options.honest_tls.emplace();
  if (played.recovery == Recovery::kByNewAuthority) options.honest_tls = played.tls[0];
  return options;
}

std::string ShortNumber(double value) {
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.'));
}

}  // namespace

Contest::Contest(const HostileCase& played, const Identities& identities, int foreign_port)
    : played_(played), upstream_(OptionsOf(played, foreign_port), identities) {}

std::string Contest::token() const { return TokenOf(played_); }

bool Contest::HasOwnAuthority() const {
  return played_.recovery == Recovery::kByNewAuthority || played_.spoils_authority;
}

std::string Contest::Configure(const ConfigFolder& folder, const Identities& identities) const {
  const std::string own_password = std::string(kCanary) + "-" + played_.name + "-password";
  folder.Write(File(".password"), played_.password.empty() ? own_password : played_.password, 0600);
  folder.Write(File(".token"), token(), 0600);
  if (HasOwnAuthority()) folder.Write(File(".pem"), identities.authority(), 0644);
  std::string ids;
  for (int i = 1; i <= played_.refreshes; ++i) ids += (i == 1 ? "r" : ", r") + std::to_string(i);
  std::string config = "  - name: " + played_.name + "\n";
  config += std::string("    url: ") + (played_.is_https ? "https://" : "http://") +
            (played_.is_ipv6 ? "[::1]:" : "127.0.0.1:") + std::to_string(upstream_.port()) + "\n";
  config += Authentication() + TlsConfig();
  if (!played_.settings.empty()) config += "    " + played_.settings + "\n";
  config += "    collectors:\n";
  for (const std::string& name : played_.families) {
    config += "      " + name + ": { refresh_ids: [" + ids + "], domain_names: false }\n";
  }
  return config;
}

std::string Contest::Authentication() const {
  if (played_.credential == Credential::kTokenFile) {
    return "    authorization: { credentials_file: " + File(".token") + " }\n";
  }
  return "    login: { username: exporter, password_file: " + File(".password") + " }\n";
}

std::string Contest::TlsConfig() const {
  if (!played_.is_https) return {};
  if (!played_.tls_config.empty()) return "    tls_config: " + played_.tls_config + "\n";
  return "    tls_config: { ca_file: " + (HasOwnAuthority() ? File(".pem") : "authority.pem") +
         " }\n";
}

double Contest::Errors(const Shown& shown, std::string_view family, std::string_view reason) const {
  return shown.Value("cckm_api_errors_total",
                     {{"target", played_.name}, {"cloud", family}, {"reason", reason}});
}

double Contest::Up(const Shown& shown) const {
  return shown.Value("cckm_up", {{"target", played_.name}, {"cloud", family()}});
}

double Contest::Completed(const Shown& shown) const {
  return shown.Value("cckm_refresh_duration_seconds_count",
                     {{"target", played_.name}, {"cloud", family()}, {"status", "completed"}});
}

void Contest::Observe(const Shown& shown, const ConfigFolder& folder) {
  if (is_honest_) return;
  const bool is_up = Up(shown) == 1;
  if (played_.spoils_authority && !has_spoilt_ && is_up && PollCount() >= polls_wanted_) {
    folder.Write(File(".pem"), "garbage", 0644);
    has_spoilt_ = true;
    polls_wanted_ += PollCount();
  }
  const bool has_faults = !played_.reason.empty() && Errors(shown, played_.is_login ? "" : family(),
                                                            played_.reason) >= played_.times;
  const bool has_polls = played_.reason.empty() && PollCount() >= polls_wanted_ &&
                         (has_spoilt_ || !played_.spoils_authority);
  is_shown_ = is_up == played_.is_up && (has_faults || has_polls);
}

void Contest::TurnHonest(const Shown& shown, const ConfigFolder& folder,
                         const Identities& identities) {
  is_honest_ = true;
  ReportErrors(shown);
  ReportErrorsOfState(shown);
  evidence_.hostile = upstream_.appliance().Requests();
  evidence_.hostile_connections = upstream_.ConnectionCount();
  evidence_.exposition = shown.text();
  if (played_.recovery != Recovery::kAfterTheTest) upstream_.TurnHonest();
  if (played_.recovery == Recovery::kByNewPassword) {
    const std::string password = std::string(kCanary) + "-" + played_.name + "-new";
    folder.Write(File(".password"), password, 0600);
  }
  if (played_.recovery == Recovery::kByNewAuthority) {
    folder.Write(File(".pem"), identities.other_authority(), 0644);
  }
}

void Contest::ReportErrors(const Shown& shown) {
  for (const std::string& cloud : {family(), std::string()}) {
    const bool is_expected_here = played_.is_login == cloud.empty();
    for (const std::string_view reason : kErrorKindNames) {
      const double count = Errors(shown, cloud, reason);
      const double least = is_expected_here && reason == played_.reason ? played_.times : 0;
      const bool is_right = least == 0 ? count <= 0 : count >= least;
      if (is_right) continue;
      complaints_.push_back("cckm_api_errors_total{cloud=\"" + cloud + "\",reason=\"" +
                            std::string(reason) + "\"} is " + ShortNumber(count));
    }
  }
}

void Contest::ReportErrorsOfState(const Shown& shown) {
  if (Up(shown) != (played_.is_up ? 1 : 0)) {
    complaints_.push_back("cckm_up is " + ShortNumber(Up(shown)));
  }
  if (!played_.is_up && Completed(shown) != 0) {
    complaints_.push_back("a refresh was counted that nobody has told of");
  }
  if (played_.reason.empty() && PollCount() < polls_wanted_) {
    complaints_.push_back("only " + std::to_string(PollCount()) + " polls");
  }
}

bool Contest::HasRecovered(const Shown& shown) const {
  if (played_.recovery == Recovery::kAfterTheTest) return true;
  const double is_completed = shown.Value("cckm_refresh_status", {{"target", played_.name},
                                                                  {"cloud", family()},
                                                                  {"refresh_id", "r1"},
                                                                  {"status", "completed"}});
  return Up(shown) == 1 && is_completed == 1 && Completed(shown) == played_.refreshes;
}

void Contest::Finish(const Shown& shown, std::size_t foreign_connections, const std::string& log) {
  if (!HasRecovered(shown)) {
    complaints_.push_back("it has not recovered: cckm_up is " + ShortNumber(Up(shown)) +
                          ", refreshes counted: " + ShortNumber(Completed(shown)));
  }
  evidence_.all = upstream_.appliance().Requests();
  evidence_.foreign_connections = foreign_connections;
  evidence_.log = log;
  const std::string complaint = played_.check ? played_.check(evidence_) : "";
  if (!complaint.empty()) complaints_.push_back(complaint);
  if (!complaints_.empty()) QuoteLog();
}

void Contest::QuoteLog() {
  std::istringstream log(evidence_.log);
  for (std::string line; std::getline(log, line);) {
    const bool is_meant = line.find(" target=" + played_.name + " ") != std::string::npos;
    if (is_meant && line.find(" error=") != std::string::npos) complaints_.push_back(line);
  }
}

}  // namespace cckm
