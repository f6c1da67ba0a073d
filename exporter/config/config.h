// The exporter's configuration: plain data that is already valid.
//
// Made by config_file.h (YAML) or flags.h (one target on the command line), read by exporter/app.
// Every value here has passed the checks of deploy/docs/configuration.md.

#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/http/connection_options.h"
#include "collectors/poll/poll_settings.h"
#include "collectors/session/login_options.h"
#include "exporter/config/links.h"
#include "exporter/config/target_files.h"
#include "exporter/expectations/expectation.h"
#include "exporter/metrics/shown_settings.h"

namespace cckm {

// What may be set under `global:` and again on a target.
struct TargetSettings {
  ScheduleSettings schedule;
  ShownSettings shown;
  Nanoseconds request_timeout = std::chrono::seconds(10);
  std::size_t max_response_size = std::size_t{8} << 20U;  // bytes
  bool allow_http = false;

  friend bool operator==(const TargetSettings&, const TargetSettings&) = default;
};

struct CollectorConfig : CollectorSettings {
  std::vector<std::filesystem::path> refresh_id_files = {};  // globs, absolute

  friend bool operator==(const CollectorConfig&, const CollectorConfig&) = default;
};

// A bearer token that something else renews in a file.
struct TokenFileAuthentication {
  std::filesystem::path credentials_file;

  friend bool operator==(const TokenFileAuthentication&, const TokenFileAuthentication&) = default;
};

using Authentication = std::variant<TokenFileAuthentication, PasswordLogin, CertificateLogin>;

struct TargetConfig {
  std::string name;
  // Exactly one of both is there: scheme://host[:port][/prefix], no trailing slash, no user, query
  // or fragment; or those of the nodes of one cluster, no two of them the same.
  std::string url;
  std::vector<std::string> urls;
  Authentication authentication;
  TlsOptions tls;
  ProxyOptions proxy;
  long max_connections = kDefaultMaxConnections;
  SchedulerSettings schedules;
  TargetSettings settings;
  std::vector<CollectorConfig> collectors;  // at least one; each family once
  // At most kMaxExpectations; their patterns compile.  The first that matches counts.
  std::vector<Expectation> expectations;

  // Where it answers: at least one.
  std::vector<std::string> addresses() const {
    return urls.empty() ? std::vector<std::string>{url} : urls;
  }
  // Whether tokens and answers can be read on the way to one of them.
  bool has_http_address() const;

  friend bool operator==(const TargetConfig&, const TargetConfig&) = default;
};

// Upper bounds of the duration histograms without +Inf, ascending, each above zero.
std::vector<Nanoseconds> DefaultDurationBuckets();

struct Config {
  std::vector<Nanoseconds> duration_buckets = DefaultDurationBuckets();
  bool native_histograms = false;
  Links links;  // of the page; at most kMaxLinks
  // Each name once; at least one where no file of targets is named.
  std::vector<TargetConfig> targets;
  TargetFiles target_files;  // which some of the targets come from
  // What was found odd and is no error, a sentence each with file, line and key, to be logged.
  std::vector<std::string> warnings;

  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace cckm
