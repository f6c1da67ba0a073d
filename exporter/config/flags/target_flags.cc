#include "exporter/config/flags/target_flags.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include "collectors/base/secret_file.h"
#include "collectors/base/text.h"
#include "collectors/http/tls_material.h"
#include "collectors/http/url.h"
#include "collectors/model/refresh.h"
#include "exporter/config/text.h"

namespace cckm {
namespace {

// Each begins with the name of its family.
constexpr std::array<std::string_view, 2> kRefreshIdFlags = {"dsm.refresh-ids",
                                                             "external-cm.refresh-ids"};

bool IsTargetFlag(const FlagRow& row) {
  return row.name.starts_with("target.") || std::ranges::count(kRefreshIdFlags, row.name) != 0;
}

void ReadUrl(const FlagValues& values, TargetConfig& out, FlagProblems& problems) {
  constexpr std::string_view kFlag = "target.url";
  if (!values.IsGiven(kFlag)) {
    problems.Add(kFlag, "is missing: the other flags of a target need it");
    return;
  }
  const auto url = ParseUrl(values.Text(kFlag));
  if (!url) {
    problems.Add(kFlag, url.error());
  } else if (url->is_http && !url->IsLoopback()) {
    problems.Add(kFlag,
                 "must start with https://; for http:// to another host use a configuration file "
                 "with allow_http: true");
  } else if (const std::string problem = RepeatedApiPath(*url); !problem.empty()) {
    problems.Add(kFlag, problem);
  } else {
    out.url = url->text;
    out.name = url->host;
    out.settings.allow_http = url->is_http;
  }
}

void ReadName(const FlagValues& values, TargetConfig& out, FlagProblems& problems) {
  constexpr std::string_view kFlag = "target.name";
  if (!values.IsGiven(kFlag)) return;
  out.name = values.Text(kFlag);
  if (!IsValidTargetName(out.name)) problems.Add(kFlag, std::string(kTargetNameRule));
}

constexpr std::string_view kTokenFileFlag = "target.token-file";
constexpr std::string_view kUserNameFlag = "target.username";
constexpr std::string_view kPasswordFileFlag = "target.password-file";
constexpr std::string_view kAuthorityFileFlag = "target.ca-file";

// The absolute path; empty, and reported, where the flag holds none.
std::filesystem::path ReadPath(const FlagValues& values, std::string_view flag,
                               FlagProblems& problems) {
  std::error_code fault;
  auto file = std::filesystem::absolute(values.Text(flag), fault).lexically_normal();
  if (!values.Text(flag).empty() && !fault) return file;
  problems.Add(flag, "must be the path of a file");
  return {};
}

std::filesystem::path ReadSecretPath(const FlagValues& values, std::string_view flag,
                                     SecretKind kind, FlagProblems& problems) {
  auto file = ReadPath(values, flag, problems);
  if (file.empty()) return file;
  const auto secret = ReadSecretFile(file, kind);
  if (!secret) problems.Add(flag, secret.error().message);
  return file;
}

void ReadLogin(const FlagValues& values, TargetConfig& out, FlagProblems& problems) {
  PasswordLogin login;
  if (!values.IsGiven(kPasswordFileFlag)) {
    problems.Add(kPasswordFileFlag, "is missing: a login needs the path of a file with a password");
  } else {
    login.password_file =
        ReadSecretPath(values, kPasswordFileFlag, SecretKind::kPassword, problems);
  }
  login.username = values.Text(kUserNameFlag);
  if (login.username.empty() || HasControlCharacter(login.username)) {
    problems.Add(kUserNameFlag, "must be the name of a user who can log in");
  }
  out.authentication = std::move(login);
}

void ReadAuthentication(const FlagValues& values, TargetConfig& out, FlagProblems& problems) {
  const bool has_login = values.IsGiven(kUserNameFlag) || values.IsGiven(kPasswordFileFlag);
  if (values.IsGiven(kTokenFileFlag)) {
    if (has_login) problems.Add(kTokenFileFlag, "must not be given together with a login");
    out.authentication = TokenFileAuthentication{
        ReadSecretPath(values, kTokenFileFlag, SecretKind::kToken, problems)};
  } else if (has_login) {
    ReadLogin(values, out, problems);
  } else {
    problems.Add(kTokenFileFlag,
                 "is missing: a target needs the path of a file with a bearer token, or "
                 "--target.username and --target.password-file");
  }
}

void ReadAuthorities(const FlagValues& values, TargetConfig& out, FlagProblems& problems) {
  if (!values.IsGiven(kAuthorityFileFlag)) return;
  out.tls.files.ca_file = ReadPath(values, kAuthorityFileFlag, problems);
  const auto material = ReadTlsMaterial({.ca_file = out.tls.files.ca_file});
  if (!material) problems.Add(kAuthorityFileFlag, material.error().message);
}

void ReadRefreshIds(const FlagValues& values, std::string_view flag, TargetConfig& out,
                    FlagProblems& problems) {
  if (!values.IsGiven(flag)) return;
  CollectorConfig collector;
  collector.family = FindFamily(flag.substr(0, flag.find('.')));
  for (const std::string_view id : Split(values.Text(flag), ',')) {
    if (!IsValidRefreshId(id)) {
      problems.Add(
          flag, "must be refresh IDs of 1 to 128 of A-Z a-z 0-9 . _ : - with commas between them");
      return;
    }
    if (std::ranges::count(collector.refresh_ids, id) != 0) {
      problems.Add(flag, "must hold each refresh ID only once");
      return;
    }
    collector.refresh_ids.emplace_back(id);
  }
  out.collectors.push_back(std::move(collector));
}

bool HasRefreshIds(const FlagValues& values) {
  return std::ranges::any_of(kRefreshIdFlags,
                             [&values](std::string_view flag) { return values.IsGiven(flag); });
}

}  // namespace

std::vector<std::string_view> GivenTargetFlags(const FlagValues& values) {
  std::vector<std::string_view> given;
  for (const FlagRow& row : FlagTable()) {
    if (IsTargetFlag(row) && values.IsGiven(row.name)) given.push_back(row.name);
  }
  return given;
}

TargetConfig ReadTargetFlags(const FlagValues& values, FlagProblems& problems) {
  TargetConfig target;
  ReadUrl(values, target, problems);
  ReadName(values, target, problems);
  ReadAuthentication(values, target, problems);
  ReadAuthorities(values, target, problems);
  for (const auto flag : kRefreshIdFlags) ReadRefreshIds(values, flag, target, problems);
  if (!HasRefreshIds(values)) {
    problems.Add("dsm.refresh-ids", "is missing: give it, --external-cm.refresh-ids or both");
  }
  return target;
}

}  // namespace cckm
