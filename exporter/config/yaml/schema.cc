#include "exporter/config/yaml/schema.h"

#include <iterator>
#include <map>
#include <string>

#include "collectors/http/tls_material.h"
#include "exporter/config/text.h"
#include "exporter/config/url.h"
#include "exporter/config/yaml/yaml_readers.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kKibibyte = 1024;
constexpr std::size_t kMaxSeries = 100'000'000;
constexpr std::size_t kMaxDomains = 1'000'000;

void Append(std::vector<YamlKey>& keys, std::vector<YamlKey> more) {
  keys.insert(keys.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

YamlReader ReadTlsVersion(bool& tls13_only) {
  return [&tls13_only](const YamlCursor& cursor) {
    constexpr std::string_view kRule = "must be TLS12 or TLS13";
    const auto text = cursor.Text(kRule);
    if (!text) return;
    if (*text != "TLS12" && *text != "TLS13") cursor.ReportError(std::string(kRule));
    tls13_only = *text == "TLS13";
  };
}

YamlReader ReadServerName(std::string& out) {
  return [&out](const YamlCursor& cursor) {
    constexpr std::string_view kRule = "must be the host name in the server's certificate";
    const auto text = cursor.Text(kRule);
    if (!text) return;
    const auto url = ParseUrl("https://" + *text);
    if (!url || url->host != *text) {
      cursor.ReportError(std::string(kRule));
    } else {
      out = *text;
    }
  };
}

YamlReader ReadTls(TlsOptions& out) {
  return [&out](const YamlCursor& cursor) {
    const bool is_map = cursor.ReadMap({
        {"ca_file", ReadPath(out.files.ca_file)},
        {"cert_file", ReadPath(out.files.cert_file)},
        {"key_file", ReadPath(out.files.key_file)},
        {"server_name", ReadServerName(out.server_name)},
        {"min_version", ReadTlsVersion(out.tls13_only)},
        {"insecure_skip_verify", ReadBoolean(out.insecure_skip_verify)},
    });
    if (!is_map) return;
    if (out.files.cert_file.empty() != out.files.key_file.empty()) {
      cursor.ReportError("must have both cert_file and key_file, or neither");
      return;
    }
    const auto material = ReadTlsMaterial({.ca_file = out.files.ca_file,
                                           .cert_file = out.files.cert_file,
                                           .key_file = out.files.key_file});
    if (!material) cursor.ReportError(material.error().message);
  };
}

// The lines of the names that other targets have already.
using NamesSeen = std::map<std::string, int>;

YamlReader ReadName(std::string& out, NamesSeen& seen) {
  return [&out, &seen](const YamlCursor& cursor) {
    const auto name = cursor.Text(kTargetNameRule);
    if (!name) return;
    if (!IsValidTargetName(*name)) {
      cursor.ReportError(std::string(kTargetNameRule));
      return;
    }
    const auto [first, is_new] = seen.emplace(*name, cursor.line());
    if (!is_new) {
      cursor.ReportError("must differ from the other targets' names; line " +
                         std::to_string(first->second) + " has the same");
    }
    out = *name;
  };
}

// After the other keys, because allow_http may stand below the URL.
void CheckUrl(const YamlCursor& cursor, TargetConfig& out) {
  const auto text = cursor.Text("must be https://host[:port][/prefix]");
  if (!text) return;
  auto url = ParseUrl(*text);
  if (!url) {
    cursor.ReportError(url.error());
  } else if (url->is_http && !out.settings.allow_http) {
    cursor.ReportError("must start with https://; http:// is allowed only with allow_http: true");
  } else if (auto problem = RepeatedApiPath(*url); !problem.empty()) {
    cursor.ReportError(std::move(problem));
  } else {
    out.url = std::move(url->text);
  }
}

void CheckClientCertificate(const YamlCursor& cursor, TargetConfig& target) {
  auto* const login = std::get_if<CertificateLogin>(&target.authentication);
  if (login == nullptr) return;
  login->certificate_file = target.tls.files.cert_file;
  if (login->certificate_file.empty()) {
    cursor.ReportError("needs cert_file and key_file in tls_config for client_certificate");
  }
  if (target.url.starts_with("http://")) {
    cursor.ReportError("needs an https:// url for client_certificate");
  }
}

TargetConfig ReadTarget(const YamlCursor& cursor, const TargetSettings& inherited,
                        NamesSeen& seen) {
  TargetConfig target;
  target.settings = inherited;
  std::optional<YamlCursor> url;
  AuthenticationSchema authentication(target.authentication);
  ProxySchema proxy(target.proxy, target.tls.files);
  std::vector<YamlKey> keys = {
      {"name", ReadName(target.name, seen), "a target needs a name of its own"},
      {"url", Remember(url), "a target needs the URL of its appliance"},
      {"tls_config", ReadTls(target.tls)},
      {"max_connections", ReadNumber(target.max_connections, 1, 1024)},
      {"collectors", ReadCollectors(target.collectors), "a target needs at least one collector"},
  };
  Append(keys, proxy.Keys());
  Append(keys, authentication.Keys());
  Append(keys, SettingsKeys(target.settings));
  if (!cursor.ReadMap(keys)) return target;
  if (url) CheckUrl(*url, target);
  authentication.CheckOneWasGiven(cursor);
  proxy.CheckTogether();
  CheckClientCertificate(cursor, target);
  return target;
}

void ReadTargets(const YamlCursor& cursor, const TargetSettings& inherited, Config& out) {
  NamesSeen seen;
  const auto items = cursor.Items();
  if (items && items->empty()) cursor.ReportError("must list at least one target");
  for (const YamlCursor& item : items.value_or(std::vector<YamlCursor>{})) {
    out.targets.push_back(ReadTarget(item, inherited, seen));
  }
}

void ReadGlobal(const YamlCursor& cursor, TargetSettings& settings, Config& out) {
  std::vector<YamlKey> keys = SettingsKeys(settings);
  Append(keys, {
                   {"duration_buckets", ReadBuckets(out.duration_buckets)},
                   {"native_histograms", ReadBoolean(out.native_histograms)},
               });
  cursor.ReadMap(keys);
}

}  // namespace

std::vector<YamlKey> SettingsKeys(TargetSettings& out) {
  const DurationRange interval = {.smallest = seconds(1)};
  const DurationRange interval_or_never = {.smallest = seconds(1), .may_be_zero = true};
  const DurationRange timeout = {.smallest = milliseconds(100)};
  return {
      {"poll_interval", ReadDuration(out.schedule.poll_interval, interval)},
      {"recheck_interval", ReadDuration(out.schedule.recheck_interval, interval_or_never)},
      {"heartbeat_interval", ReadDuration(out.schedule.heartbeat_interval, interval)},
      {"stale_after", ReadDuration(out.stale_after, interval)},
      {"request_timeout", ReadDuration(out.request_timeout, timeout)},
      {"max_response_size",
       ReadSize(out.max_response_size, kKibibyte, kKibibyte * kKibibyte * kKibibyte)},
      {"max_series", ReadNumber(out.max_series, 1, kMaxSeries)},
      {"max_domains", ReadNumber(out.max_domains, 1, kMaxDomains)},
      {"domain_histograms", ReadBoolean(out.domain_histograms)},
      {"allow_http", ReadBoolean(out.allow_http)},
  };
}

Config ReadConfig(const YamlCursor& root) {
  Config config;
  std::optional<YamlCursor> global;
  std::optional<YamlCursor> targets;
  root.ReadMap({
      {"global", Remember(global)},
      {"targets", Remember(targets), "the exporter needs at least one target"},
  });
  TargetSettings settings;
  if (global) ReadGlobal(*global, settings, config);
  if (targets) ReadTargets(*targets, settings, config);
  return config;
}

}  // namespace cckm
