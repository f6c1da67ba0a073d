#include "exporter/config/web/web_config_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "collectors/base/text.h"
#include "collectors/base/whole_file.h"
#include "exporter/config/go_duration.h"
#include "exporter/config/web/web_config_tls.h"
#include "exporter/config/yaml/value_kinds.h"
#include "exporter/config/yaml/yaml_document.h"

namespace cckm {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

// The headers that the toolkit's format knows, each with the values that it may have, if those are
// known.
struct HeaderRule {
  std::string_view name;
  std::array<std::string_view, 2> values;
};
constexpr std::array<HeaderRule, 5> kHeaderRules = {{
    {"Content-Security-Policy", {}},
    {"X-Frame-Options", {"deny", "sameorigin"}},
    {"X-Content-Type-Options", {"nosniff"}},
    {"X-XSS-Protection", {}},
    {"Strict-Transport-Security", {}},
}};

// An empty value leaves the header out, but where values are known it is refused: so does the
// toolkit, whatever its documentation says.
void ReadHeader(const YamlCursor& cursor, const HeaderRule& rule, WebHeaders& out) {
  const bool has_values = !rule.values[0].empty();
  if (!has_values && cursor.IsBlank()) return;
  std::string words = "must be text without control characters";
  if (has_values) words = "must be " + std::string(rule.values[0]);
  if (!rule.values[1].empty()) words.append(" or ").append(rule.values[1]);
  auto value = cursor.Text(words);
  if (!value) return;
  const bool is_known =
      !has_values || (!value->empty() && std::ranges::count(rule.values, *value) != 0);
  if (HasControlCharacter(*value) || !is_known) return cursor.ReportError(std::move(words));
  out.emplace_back(rule.name, std::move(*value));
}

YamlReader ReadHeaders(WebHeaders& out) {
  return [&out](const YamlCursor& cursor) {
    std::vector<YamlKey> keys;
    keys.reserve(kHeaderRules.size());
    for (const HeaderRule& rule : kHeaderRules) {
      keys.push_back(
          {rule.name, [&rule, &out](const YamlCursor& value) { ReadHeader(value, rule, out); }});
    }
    cursor.ReadMap(keys);
  };
}

YamlReader ReadHttp(WebConfig& out) {
  return [&out](const YamlCursor& cursor) {
    bool http2 = false;
    cursor.ReadMap({{"http2", UnlessBlank(ReadInto(http2, SwitchValue()))},
                    {"headers", ReadHeaders(out.headers)}});
    if (http2) out.notes.emplace_back("http2 has no effect: this server speaks HTTP/1.1");
  };
}

// The cost of a hash: $2a$, $2b$ or $2y$, two digits of cost, $, and 53 characters of salt and
// hash.  Nothing for every other text.
std::optional<int> BcryptCost(std::string_view text) {
  constexpr std::size_t kSize = 60;
  constexpr int kLeastCost = 4;
  constexpr int kMaxCost = 31;
  if (text.size() != kSize ||
      (!text.starts_with("$2a$") && !text.starts_with("$2b$") && !text.starts_with("$2y$"))) {
    return std::nullopt;
  }
  int cost = 0;
  const auto [stop, fault] = std::from_chars(text.data() + 4, text.data() + 6, cost);
  constexpr std::string_view kLetters =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const bool is_hash = fault == std::errc() && stop == text.data() + 6 && cost >= kLeastCost &&
                       cost <= kMaxCost && text[6] == '$' &&
                       text.substr(7).find_first_not_of(kLetters) == std::string_view::npos;
  return is_hash ? std::optional(cost) : std::nullopt;
}

// A check of cost 14 takes about a second, and each step doubles that.
void WarnOfCost(const YamlCursor& cursor, int cost, WebConfig& out) {
  constexpr int kCostOfASecond = 14;
  if (cost <= kCostOfASecond) return;
  const long long seconds = 1LL << static_cast<unsigned>(cost - kCostOfASecond);
  out.notes.push_back(cursor.path() + ": to check a password against a hash of cost " +
                      std::to_string(cost) + " takes some " + std::to_string(seconds) +
                      " seconds, in which nobody else is checked; 10 is usual");
}

void ReadUser(const std::string& name, const YamlCursor& cursor, WebConfig& out) {
  constexpr std::string_view kRule =
      "must be a bcrypt hash that begins with $2a$, $2b$ or $2y$ and has a cost from 04 to 31, "
      "such as htpasswd -nBC 10 prints";
  if (name.empty() || name.find(':') != std::string::npos || HasControlCharacter(name)) {
    cursor.ReportError("must be a user name without colon and control characters, and not empty");
  }
  auto hash = cursor.Text(kRule);
  if (!hash) return;
  const auto cost = BcryptCost(*hash);
  if (!cost) return cursor.ReportError(std::string(kRule));
  WarnOfCost(cursor, *cost, out);
  out.users.emplace(name, std::move(*hash));
}

YamlReader ReadUsers(WebConfig& out) {
  return [&out](const YamlCursor& cursor) {
    const auto entries = cursor.Entries();
    if (!entries) return;
    for (const auto& [name, value] : *entries) ReadUser(name, value, out);
  };
}

// In Go's notation, as in the toolkit.
YamlReader ReadInterval(Nanoseconds& out) {
  return [&out](const YamlCursor& cursor) {
    constexpr std::string_view kRule =
        "must be 0s or a duration up to 8760h, written like 500us, 1.5s or 1h30m";
    constexpr Nanoseconds kMaxInterval = std::chrono::hours(8760);
    const auto text = cursor.Text(kRule);
    if (!text) return;
    const auto length = ParseGoDuration(*text);
    if (!length || *length < Nanoseconds(0) || *length > kMaxInterval) {
      return cursor.ReportError(std::string(kRule));
    }
    out = *length;
  };
}

YamlReader ReadRateLimit(RateLimit& out) {
  return [&out](const YamlCursor& cursor) {
    constexpr std::uint64_t kMaxFill = Nanoseconds(std::chrono::hours(24 * 365 * 100)).count();
    cursor.ReadMap(
        {{"interval", UnlessBlank(ReadInterval(out.interval))},
         {"burst", UnlessBlank(ReadInto(out.burst, NumberValue<std::size_t>{0, 1'000'000}))}});
    if (out.interval <= Nanoseconds(0)) return;
    if (out.burst == 0) {
      return cursor.ReportError(
          "must have a burst of at least 1, or nobody would ever be answered");
    }
    if (out.burst > kMaxFill / static_cast<std::uint64_t>(out.interval.count())) {
      cursor.ReportError("must have a burst that is full again after 100 years");
    }
  };
}

struct Reading {
  WebConfigResult config;
  bool has_key = false;  // a private key stands in the file itself
};

Reading Read(std::string_view yaml, const std::filesystem::path& file) {
  ConfigSource source(file);
  auto config = std::make_shared<WebConfig>();
  config->files.push_back(file);
  WebTlsSchema tls;
  ReadYamlDocument(yaml, source, [&](const YamlCursor& root) {
    root.ReadMap({
        {"tls_server_config", [&](const YamlCursor& cursor) { tls.Read(cursor, *config); }},
        {"http_server_config", ReadHttp(*config)},
        {"basic_auth_users", ReadUsers(*config)},
        {"rate_limit", ReadRateLimit(config->rate_limit)},
    });
  });
  if (source.HasProblems()) return {tl::make_unexpected(source.TakeProblemsInFileOrder()), false};
  return {std::shared_ptr<const WebConfig>(std::move(config)), tls.has_inline_key()};
}

WebConfigResult FileProblem(const std::filesystem::path& file, std::string objection) {
  objection.erase(0, objection.find_first_not_of(' '));
  return tl::make_unexpected(
      std::vector<ConfigProblem>{{file.string(), 0, "", std::move(objection)}});
}

}  // namespace

WebConfigResult LoadWebConfigFile(const std::filesystem::path& file) {
  const auto content = ReadTextFile(file, FilePrivacy::kPublic, kLargestFile);
  if (!content) return FileProblem(file, content.error());
  Reading reading = Read(content->view(), file);
  if (!reading.has_key) return std::move(reading.config);
  const auto as_secret = ReadTextFile(file, FilePrivacy::kSecret, kLargestFile);
  if (!as_secret) return FileProblem(file, as_secret.error() + ", for it holds a private key");
  return std::move(reading.config);
}

}  // namespace cckm
