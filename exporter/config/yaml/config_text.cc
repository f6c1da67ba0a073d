#include "exporter/config/yaml/config_text.h"

#include <yaml-cpp/yaml.h>

#include <variant>

#include "exporter/config/durations.h"

namespace cckm {
namespace {

void Pair(YAML::Emitter& out, const char* key, const std::string& value) {
  out << YAML::Key << key << YAML::Value << value;
}

void PairIfAny(YAML::Emitter& out, const char* key, const std::string& value) {
  if (!value.empty()) Pair(out, key, value);
}

void Pair(YAML::Emitter& out, const char* key, Nanoseconds value) {
  Pair(out, key, FormatDuration(value));
}

void Pair(YAML::Emitter& out, const char* key, bool value) {
  out << YAML::Key << key << YAML::Value << value;
}

void Pair(YAML::Emitter& out, const char* key, std::size_t value) {
  out << YAML::Key << key << YAML::Value << value;
}

void BeginMap(YAML::Emitter& out, std::string_view key) {
  out << YAML::Key << std::string(key) << YAML::Value << YAML::BeginMap;
}

void Settings(YAML::Emitter& out, const TargetSettings& settings) {
  Pair(out, "poll_interval", settings.schedule.poll_interval);
  Pair(out, "recheck_interval", settings.schedule.recheck_interval);
  Pair(out, "heartbeat_interval", settings.schedule.heartbeat_interval);
  Pair(out, "stale_after", settings.stale_after);
  Pair(out, "request_timeout", settings.request_timeout);
  Pair(out, "max_response_size", FormatSize(settings.max_response_size));
  Pair(out, "max_series", settings.max_series);
  Pair(out, "max_domains", settings.max_domains);
  Pair(out, "domain_histograms", settings.domain_histograms);
  Pair(out, "allow_http", settings.allow_http);
}

// One for each way to authenticate.
struct WriteAuthentication {
  YAML::Emitter& out;

  void operator()(const TokenFileAuthentication& token) const {
    BeginMap(out, "authorization");
    Pair(out, "credentials_file", token.credentials_file.string());
    out << YAML::EndMap;
  }
  void operator()(const PasswordLogin& login) const {
    BeginMap(out, "login");
    Pair(out, "username", login.username);
    Pair(out, "password_file", login.password_file.string());
    PairIfAny(out, "connection", login.connection);
    PairIfAny(out, "domain", login.domain);
    PairIfAny(out, "auth_domain", login.auth_domain);
    PairIfAny(out, "auth_domain_path", login.auth_domain_path);
    out << YAML::EndMap;
  }
  void operator()(const CertificateLogin& client) const {
    BeginMap(out, "client_certificate");
    Pair(out, "client_id", client.client_id);
    out << YAML::EndMap;
  }
};

void Tls(YAML::Emitter& out, const TlsOptions& tls) {
  BeginMap(out, "tls_config");
  PairIfAny(out, "ca_file", tls.files.ca_file.string());
  PairIfAny(out, "cert_file", tls.files.cert_file.string());
  PairIfAny(out, "key_file", tls.files.key_file.string());
  PairIfAny(out, "server_name", tls.server_name);
  Pair(out, "min_version", std::string(tls.tls13_only ? "TLS13" : "TLS12"));
  Pair(out, "insecure_skip_verify", tls.insecure_skip_verify);
  out << YAML::EndMap;
}

void Proxy(YAML::Emitter& out, const ProxyOptions& proxy, const TlsFiles& files) {
  PairIfAny(out, "proxy_url", proxy.url);
  PairIfAny(out, "proxy_ca_file", files.proxy_ca_file.string());
  if (proxy.username.empty()) return;
  BeginMap(out, "proxy_login");
  Pair(out, "username", proxy.username);
  Pair(out, "password_file", files.proxy_password_file.string());
  out << YAML::EndMap;
}

template <typename Texts>
void List(YAML::Emitter& out, const char* key, const Texts& texts) {
  if (texts.empty()) return;
  out << YAML::Key << key << YAML::Value << YAML::BeginSeq;
  for (const auto& text : texts) out << std::string(text);
  out << YAML::EndSeq;
}

void Collector(YAML::Emitter& out, const CollectorConfig& collector) {
  BeginMap(out, collector.family->name);
  List(out, "refresh_ids", collector.refresh_ids);
  List(out, "refresh_id_files", collector.refresh_id_files);
  Pair(out, "domain_names", collector.domain_names);
  BeginMap(out, "discovery");
  Pair(out, "enabled", collector.discovery.enabled);
  Pair(out, "interval", collector.discovery.interval);
  Pair(out, "max_refreshes", collector.discovery.max_refreshes);
  Pair(out, "observe_history", collector.discovery.observe_history);
  out << YAML::EndMap;
  Pair(out, "optional", collector.optional);
  List(out, "success_texts", collector.success_texts);
  out << YAML::EndMap;
}

void Target(YAML::Emitter& out, const TargetConfig& target) {
  out << YAML::BeginMap;
  Pair(out, "name", target.name);
  Pair(out, "url", target.url);
  std::visit(WriteAuthentication{out}, target.authentication);
  Tls(out, target.tls);
  Proxy(out, target.proxy, target.tls.files);
  Pair(out, "max_connections", static_cast<std::size_t>(target.max_connections));
  Settings(out, target.settings);
  BeginMap(out, "collectors");
  for (const CollectorConfig& collector : target.collectors) Collector(out, collector);
  out << YAML::EndMap << YAML::EndMap;
}

}  // namespace

std::string ConfigText(const Config& config) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  BeginMap(out, "global");
  std::vector<std::string> buckets;
  for (const Nanoseconds bucket : config.duration_buckets) {
    buckets.push_back(FormatDuration(bucket));
  }
  out << YAML::Key << "duration_buckets" << YAML::Value << YAML::Flow << buckets;
  Pair(out, "native_histograms", config.native_histograms);
  out << YAML::EndMap << YAML::Key << "targets" << YAML::Value << YAML::BeginSeq;
  for (const TargetConfig& target : config.targets) Target(out, target);
  out << YAML::EndSeq << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace cckm
