#include "tests/simulator/fault_rule.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "tests/simulator/values.h"

namespace cckm::simulator {
namespace {

using Text = std::string_view;
using Rule = FaultRule;

constexpr std::chrono::seconds kUsualHang(30);

struct NamedKind {
  Text name;
  FaultKind kind;
};
constexpr std::array<NamedKind, 5> kKinds = {{{"status", FaultKind::kStatus},
                                              {"close", FaultKind::kClose},
                                              {"hang", FaultKind::kHang},
                                              {"truncate", FaultKind::kTruncate},
                                              {"garbage", FaultKind::kGarbage}}};

bool ReadKind(Text text, Rule& rule) {
  const auto* const found = std::ranges::find(kKinds, text, &NamedKind::name);
  if (found == kKinds.end()) return false;
  rule.kind = found->kind;
  return true;
}

bool ReadStatus(Text text, Rule& rule) {
  const auto number = ParseNumber(text, 599);
  rule.status = static_cast<int>(number.value_or(0));
  return rule.status >= 300;
}

bool ReadPath(Text text, Rule& rule) {
  rule.path = text;
  return text.starts_with('/');
}

bool ReadCount(Text text, Rule& rule) {
  const auto number = ParseNumber(text, std::numeric_limits<std::uint32_t>::max());
  rule.count = number.value_or(0);
  return number.has_value();
}

// Nothing that would end the header line.
bool ReadHeader(Text text, std::string& header) {
  header = text;
  return !text.empty() && std::ranges::none_of(text, [](char character) {
    return static_cast<unsigned char>(character) < ' ' || character == '\x7f';
  });
}

bool ReadTime(Text text, std::optional<std::chrono::nanoseconds>& time) {
  time = ParseDuration(text);
  return time.has_value();
}

bool ReadAt(Text text, Rule& rule) {
  const auto time = ParseDuration(text);
  rule.at = time.value_or(std::chrono::nanoseconds(0));
  return time.has_value();
}

struct Parameter {
  Text name;
  Text expected;
  bool control;
  bool script;
  bool (*read)(Text text, Rule& rule);
};

// clang-format off
constexpr std::array<Parameter, 12> kParameters = {{
    {"kind", "status, close, hang, truncate or garbage", true, true, ReadKind},
    {"status", "400 to 599, or 300 to 399 with a location", true, true, ReadStatus},
    {"path", "a prefix that begins with /", true, true, ReadPath},
    {"count", "a number", true, true, ReadCount},
    {"delay", "a time such as 200ms", true, true,
     [](Text text, Rule& rule) { return ReadTime(text, rule.delay); }},
    {"retry_after", "the header's value", true, true,
     [](Text text, Rule& rule) { return ReadHeader(text, rule.retry_after); }},
    {"location", "the header's value", true, true,
     [](Text text, Rule& rule) { return ReadHeader(text, rule.location); }},
    {"content_type", "the header's value", true, true,
     [](Text text, Rule& rule) { return ReadHeader(text, rule.content_type); }},
    {"body", "a text", true, true, [](Text text, Rule& rule) { rule.body = text; return true; }},
    {"for", "the delay of kind=hang", true, false,
     [](Text text, Rule& rule) { return rule.kind == FaultKind::kHang && ReadTime(text, rule.delay); }},
    {"at", "a time after the start, such as 5s", false, true, ReadAt},
    {"for", "how long it lasts, such as 10s", false, true,
     [](Text text, Rule& rule) { return ReadTime(text, rule.lasts); }},
}};
// clang-format on

// One row after the other, so that the kind is known before what belongs to it.
std::optional<std::string> ReadParameters(const Query& query, FaultSource source, Rule& rule) {
  for (const Parameter& parameter : kParameters) {
    if (!(source == FaultSource::kControl ? parameter.control : parameter.script)) continue;
    const auto value = query.Find(parameter.name);
    if (!value || parameter.read(*value, rule)) continue;
    return std::string(parameter.name).append(": ").append(parameter.expected);
  }
  return std::nullopt;
}

std::optional<std::string> FindUnknown(const Query& query, FaultSource source) {
  for (const std::string& name : query.Names()) {
    const bool known = std::ranges::any_of(kParameters, [&](const Parameter& parameter) {
      return parameter.name == name &&
             (source == FaultSource::kControl ? parameter.control : parameter.script);
    });
    if (!known) return "unknown parameter " + name;
  }
  return std::nullopt;
}

// What does not go together.
std::optional<std::string> CheckTogether(const Rule& rule) {
  const bool status = rule.kind == FaultKind::kStatus;
  if (status && rule.status == 0) return "status: 400 to 599, or 300 to 399 with a location";
  if (!status && rule.status != 0) return "status: not with this kind";
  if (!status && !rule.retry_after.empty()) return "retry_after: only with a status";
  const bool redirect = rule.status >= 300 && rule.status < 400;
  if (redirect == rule.location.empty()) return "location: with a status of 300 to 399, only there";
  const bool bodiless = rule.kind == FaultKind::kClose || rule.kind == FaultKind::kHang;
  if (bodiless && (rule.body || !rule.content_type.empty())) {
    return "body, content_type: not with this kind";
  }
  return std::nullopt;
}

}  // namespace

tl::expected<FaultRule, std::string> ParseFaultRule(const Query& query, FaultSource source) {
  FaultRule rule;
  if (auto unknown = FindUnknown(query, source)) return tl::unexpected(*unknown);
  if (auto problem = ReadParameters(query, source, rule)) return tl::unexpected(*problem);
  if (auto problem = CheckTogether(rule)) return tl::unexpected(*problem);
  if (rule.kind == FaultKind::kHang && !rule.delay) rule.delay = kUsualHang;
  return rule;
}

}  // namespace cckm::simulator
