#include "exporter/config/yaml/config_keys.h"

#include <chrono>
#include <cstddef>
#include <string_view>

#include "exporter/config/yaml/key_checks.h"
#include "exporter/config/yaml/links_value.h"
#include "exporter/config/yaml/target_values.h"
#include "exporter/config/yaml/value_kinds.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kKibibyte = 1024;
constexpr std::size_t kMaxSeries = 100'000'000;
constexpr std::size_t kMaxDomains = 1'000'000;
constexpr std::size_t kMaxDiscoveredRefreshes = 100'000;
constexpr long kMaxTargetConnections = 1024;

constexpr DurationValue kInterval{.smallest = seconds(1)};
constexpr DurationValue kIntervalOrNever{.smallest = seconds(1), .may_be_zero = true};
constexpr DurationValue kTimeout{.smallest = milliseconds(100)};

constexpr KeyNotes Needed(std::string_view why) { return {.need = why}; }
constexpr KeyNotes Without(std::string_view what) { return {.without = what}; }

constexpr KeyNotes kOneOfTwo = Without("one of `url` and `urls`");
constexpr KeyNotes kOneOfThree = Without("one of three");
constexpr KeyNotes kEverything = Without("everything");
constexpr KeyNotes kSystemStore = Without("the system's store");

const ConfigKeys<TokenFileAuthentication>& TokenFileKeys() {
  using Token = TokenFileAuthentication;
  static const ConfigKeys<Token> keys = {
      {"credentials_file", &Token::credentials_file, SecretPathValue(SecretKind::kToken),
       "file with a bearer token",
       Needed("authorization needs the path of a file with a bearer token")},
  };
  return keys;
}

const ConfigKeys<PasswordLogin>& PasswordLoginKeys() {
  using Login = PasswordLogin;
  static const ConfigKeys<Login> keys = {
      {"username", &Login::username, TextValue(), "the user", Needed("login needs a user name")},
      {"password_file", &Login::password_file, SecretPathValue(SecretKind::kPassword),
       "file with the password", Needed("login needs the path of a file with the password")},
      {"connection", &Login::connection, TextValue(),
       "where the user is known, such as the name of an LDAP connection"},
      {"domain", &Login::domain, TextValue(), "tenancy domain to work in",
       Without("none: the appliance takes `root`")},
      {"auth_domain", &Login::auth_domain, TextValue(), "tenancy domain that the user belongs to",
       Without("none: the appliance takes `root`")},
      {"auth_domain_path", &Login::auth_domain_path, TextValue(),
       "the same as a path, such as `/tenant` of CDSPaaS"},
  };
  return keys;
}

const ConfigKeys<CertificateLogin>& CertificateLoginKeys() {
  static const ConfigKeys<CertificateLogin> keys = {
      {"client_id", &CertificateLogin::client_id, TextValue(),
       "ID of the client; the certificate is that of `tls_config`, and `url` is `https://`",
       Needed("client_certificate needs the ID of the registered client")},
  };
  return keys;
}

const ConfigKeys<TlsOptions>& TlsKeys() {
  using Tls = TlsOptions;
  static const ConfigKeys<Tls> keys = {
      {"ca_file", At(&Tls::files, &TlsFiles::ca_file), PathValue(),
       "certificates in PEM form; then nobody else is trusted, the system's store included",
       kSystemStore},
      {"cert_file", At(&Tls::files, &TlsFiles::cert_file), PathValue(),
       "what the exporter proves itself with; together with `key_file`"},
      {"key_file", At(&Tls::files, &TlsFiles::key_file), PathValue(),
       "its private key in PEM form, without passphrase; a secret"},
      {"server_name", &Tls::server_name, HostNameValue(),
       "what the certificate must be for, where the URL has another host",
       Without("the host of `url`")},
      {"min_version", &Tls::tls13_only, TlsVersionValue(), "the oldest version to speak"},
      {"insecure_skip_verify", &Tls::insecure_skip_verify, SwitchValue(),
       "no verification: tokens can be read on the way. The page, the log and the metrics say so"},
  };
  return keys;
}

const ConfigKeys<TargetConfig>& ProxyLoginKeys() {
  using Target = TargetConfig;
  static const ConfigKeys<Target> keys = {
      {"username", At(&Target::proxy, &ProxyOptions::username), ProxyUserValue(),
       "where the proxy wants a login (basic authentication)",
       Needed("proxy_login needs a user name")},
      {"password_file", At(&Target::tls, &TlsOptions::files, &TlsFiles::proxy_password_file),
       SecretPathValue(SecretKind::kPassword), "file with its password",
       Needed("proxy_login needs the path of a file with the password")},
  };
  return keys;
}

const ConfigKeys<DiscoverySettings>& DiscoveryKeys() {
  using Discovery = DiscoverySettings;
  static const ConfigKeys<Discovery> keys = {
      {"enabled", &Discovery::enabled, SwitchValue(), "whether the family's list of jobs is read"},
      {"interval", &Discovery::interval, kInterval, "how often"},
      {"max_refreshes", &Discovery::max_refreshes,
       NumberValue<std::size_t>{1, kMaxDiscoveredRefreshes},
       "discovered refreshes that are watched: the unfinished, then the newest by creation"},
      {"observe_history", &Discovery::observe_history, SwitchValue(),
       "whether what finished before the first discovery is counted, too"},
  };
  return keys;
}

const ConfigKeys<DomainPatterns>& DomainPatternKeys() {
  using Patterns = DomainPatterns;
  static const ConfigKeys<Patterns> keys = {
      {"cloud", &Patterns::cloud, PatternValue(), "of the family's name", kEverything},
      {"domain", &Patterns::domain, PatternValue(), "of the domain's name or of its ID",
       kEverything},
      {"connection", &Patterns::connection, PatternValue(), "of the connection's name",
       kEverything},
  };
  return keys;
}

const ConfigKeys<Expectation>& ExpectationKeys() {
  static const ConfigKeys<Expectation> keys = {
      {"match", &Expectation::match, MapValue<DomainPatterns>{DomainPatternKeys()},
       "the domains that are meant", Without("every domain")},
      {"refreshed_every", &Expectation::refreshed_every, kInterval,
       "within which time each of them has to be refreshed",
       Needed("an expectation needs a duration")},
      {"severity", &Expectation::severity, SeverityValue(),
       "how bad it is when one is not; `none`: nobody is told"},
  };
  return keys;
}

const ConfigKeys<SchedulerSettings>& SchedulerKeys() {
  using Scheduler = SchedulerSettings;
  static const ConfigKeys<Scheduler> keys = {
      {"enabled", &Scheduler::enabled, SwitchValue(), "whether the appliance's scheduler is read"},
      {"interval", &Scheduler::interval, kInterval, "how often"},
      {"grace", &Scheduler::grace, kIntervalOrNever,
       "how much later than due a run may begin before it counts as missed"},
  };
  return keys;
}

ConfigKeys<TargetEntry> MakeTargetKeys() {
  using Target = TargetConfig;
  ConfigKeys<TargetEntry> keys = {
      {"name", &Target::name, TargetNameValue(),
       "the label `target`, and the key under which the ledger counts: another name begins anew",
       Needed("a target needs a name of its own")},
      {"url", &Target::url, ApplianceUrlValue(),
       "where the appliance answers; it ends before `/api`, and has no user, query or fragment",
       kOneOfTwo},
      {"urls", &Target::urls, ApplianceUrlsValue(),
       "where the nodes of one cluster answer, see [Several addresses](#several-addresses)",
       kOneOfTwo},
      {"login", &Target::authentication, AuthenticationValue<PasswordLogin>{PasswordLoginKeys()},
       "a user's password, see [Authentication](#authentication)", kOneOfThree},
      {"authorization", &Target::authentication,
       AuthenticationValue<TokenFileAuthentication>{TokenFileKeys()},
       "a bearer token, see [Authentication](#authentication)", kOneOfThree},
      {"client_certificate", &Target::authentication,
       AuthenticationValue<CertificateLogin>{CertificateLoginKeys()},
       "a registered client, see [Authentication](#authentication)", kOneOfThree},
      {"domains", &TargetEntry::domains, TenancyDomainsValue(),
       "tenancy domains: the entry stands for one target in each, named `NAME/DOMAIN`; only with "
       "`login`, and without `login.domain`",
       Without("one target, in the login's domain")},
      {"tls_config", &Target::tls, MapValue<TlsOptions>{TlsKeys(), &CheckTls},
       "certificates and versions, see [TLS](#tls)", Without("the system's authorities")},
      {"proxy_url", At(&Target::proxy, &ProxyOptions::url), ProxyUrlValue(),
       "asked for a tunnel, for `http://` targets too; without a port 80 or 443, as the URL says"},
      {"proxy_ca_file", At(&Target::tls, &TlsOptions::files, &TlsFiles::proxy_ca_file),
       ProxyAuthorityPathValue(),
       "who is trusted for an `https://` proxy, in the place of the system's store", kSystemStore},
      {"proxy_login", At(), MapValue<Target>{ProxyLoginKeys(), &CheckProxyLogin},
       "how to log in there, see [Proxy](#proxy)", Without("none")},
      {"max_connections", &Target::max_connections, NumberValue<long>{1, kMaxTargetConnections},
       "requests under way at once"},
      {"schedules", &Target::schedules, MapValue<SchedulerSettings>{SchedulerKeys()},
       "whether what the appliance plans happens, see [schedules](#schedules)"},
  };
  AddKeysOf(SettingsKeys(), &Target::settings, keys);
  keys.emplace_back("collectors", &Target::collectors, CollectorsValue(),
                    "which refreshes are watched, see [collectors](#collectors)",
                    Needed("a target needs at least one collector"));
  keys.emplace_back("expectations", &Target::expectations,
                    MapsValue<Expectation>{ExpectationKeys(), kMaxExpectations},
                    "how often domains have to be refreshed, see [expectations](#expectations); "
                    "the first that matches counts",
                    Without("none"));
  return keys;
}

}  // namespace

const ConfigKeys<TargetSettings>& SettingsKeys() {
  using Settings = TargetSettings;
  using Schedule = ScheduleSettings;
  static const ConfigKeys<Settings> keys = {
      {"poll_interval", At(&Settings::schedule, &Schedule::poll_interval), kInterval,
       "how often an unfinished refresh is asked for"},
      {"recheck_interval", At(&Settings::schedule, &Schedule::recheck_interval), kIntervalOrNever,
       "how often a finished refresh is asked for again, spread evenly; `0s`: never"},
      {"heartbeat_interval", At(&Settings::schedule, &Schedule::heartbeat_interval), kInterval,
       "a collector that has had nothing to ask for this long asks for one list entry"},
      {"stale_after", At(&Settings::shown, &ShownSettings::stale_after), kInterval,
       "without an answer for so long a status is `unknown`; never less than 3 polls"},
      {"request_timeout", &Settings::request_timeout, kTimeout, "how long one request may take"},
      {"max_response_size", &Settings::max_response_size,
       SizeValue{kKibibyte, kKibibyte * kKibibyte * kKibibyte},
       "a larger answer is the error `too_large`"},
      {"max_series", At(&Settings::shown, &ShownSettings::max_series),
       NumberValue<std::size_t>{1, kMaxSeries},
       "series of a target; the rest is left out and shown in `cckm_dropped_series`"},
      {"max_domains", At(&Settings::shown, &ShownSettings::max_domains),
       NumberValue<std::size_t>{1, kMaxDomains},
       "domains of a target, in memory and in the ledger; the others count in "
       "`cckm_dropped_domains`"},
      {"domain_histograms", At(&Settings::shown, &ShownSettings::domain_histograms), SwitchValue(),
       "whether each domain has a histogram: domains x (buckets + 3) series"},
      {"allow_http", &Settings::allow_http, SwitchValue(),
       "whether `url` may begin with `http://`: whoever is on the way can then read the tokens"},
  };
  return keys;
}

const ConfigKeys<Config>& ProcessKeys() {
  static const ConfigKeys<Config> keys = {
      {"duration_buckets", &Config::duration_buckets, BucketsValue(),
       "upper bounds of the histograms of refresh durations; at a start they are filled from the "
       "refreshes kept"},
      {"native_histograms", &Config::native_histograms, SwitchValue(),
       "whether protobuf carries native buckets, too; see [http.md](http.md#formats) before you "
       "turn it on"},
      {"links", &Config::links, LinksValue(),
       "names and URLs that the page shows, see [links](#links)"},
  };
  return keys;
}

const ConfigKeys<TargetEntry>& TargetKeys() {
  static const ConfigKeys<TargetEntry> keys = MakeTargetKeys();
  return keys;
}

const ConfigKeys<CollectorConfig>& CollectorKeys() {
  using Collector = CollectorConfig;
  static const ConfigKeys<Collector> keys = {
      {"refresh_ids", &Collector::refresh_ids, RefreshIdsValue(), "refreshes to watch, each once"},
      {"refresh_id_files", &Collector::refresh_id_files, RefreshIdFilesValue(),
       "files of refresh IDs, one a line, `#` begins a comment"},
      {"domain_names", &Collector::domain_names, SwitchValue(),
       "whether the names of `cckm_domain_info` are read from the family's list of domains"},
      {"discovery", &Collector::discovery, MapValue<DiscoverySettings>{DiscoveryKeys()},
       "whether and how the family's list of jobs is read"},
      {"optional", &Collector::optional, SwitchValue(),
       "whether it is no fault that the appliance does not have this family"},
      {"success_texts", &Collector::success_texts, SuccessTextsValue(),
       "further texts of `detailed_status` that mean success; compared whole, without case"},
  };
  return keys;
}

}  // namespace cckm
