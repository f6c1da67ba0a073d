#include "exporter/web/status/nagios_line.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace cckm {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kStateNames = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

struct LevelRow {
  std::string_view level;  // of the verdict
  NagiosState state;
};
constexpr std::array<LevelRow, 4> kLevels = {{
    {"good", NagiosState::kOk},
    {"waiting", NagiosState::kUnknown},
    {"attention", NagiosState::kWarning},
    {"trouble", NagiosState::kCritical},
}};

// A figure of the performance data: one count of the answer, or the sum of a group of them.
struct Figure {
  std::string_view label;
  const char* group;
  const char* state;  // null: all of the group
};
constexpr std::array<Figure, 8> kFigures = {{
    {"targets", "targets", nullptr},
    {"targets_down", "targets", "down"},
    {"domains", "domains", nullptr},
    {"domains_failed", "troubled_domains", "failed"},
    {"domains_unknown", "troubled_domains", "unknown"},
    {"domains_never", "troubled_domains", "never"},
    {"refreshes", "refreshes", nullptr},
    {"refreshes_in_progress", "refreshes", "in_progress"},
}};

std::uint64_t CountOf(const Json& counts, const Figure& figure) {
  const Json& group = counts.at(figure.group);
  if (figure.state != nullptr) return group.at(figure.state).get<std::uint64_t>();
  std::uint64_t sum = 0;
  for (const Json& count : group) sum += count.get<std::uint64_t>();
  return sum;
}

// A bar begins the performance data, and a line break ends the line.
std::string OneLine(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return c == '|' || static_cast<unsigned char>(c) < ' '; }, ' ');
  return line;
}

std::string SentenceOf(const Json& object) { return object.at("sentence").get<std::string>(); }

// What the verdict is about besides domains; empty where it is about domains alone.
std::string FirstProblemOf(const Json& problems, std::string_view level) {
  for (const Json& problem : problems) {
    if (problem.at("level").get<std::string_view>() == level) return ": " + SentenceOf(problem);
  }
  return {};
}

NagiosState StateOf(std::string_view level) {
  const auto* row = std::ranges::find(kLevels, level, &LevelRow::level);
  return row == kLevels.end() ? NagiosState::kUnknown : row->state;
}

}  // namespace

NagiosLine MakeNagiosLine(NagiosState state, std::string_view sentence) {
  std::string text = "CCKM ";
  text.append(kStateNames[static_cast<std::size_t>(state)]).append(" - ").append(OneLine(sentence));
  return {state, std::move(text)};
}

NagiosLine NagiosLineOf(std::string_view status_json) {
  try {
    const Json status = Json::parse(status_json);
    const Json& verdict = status.at("verdict");
    const auto level = verdict.at("level").get<std::string_view>();
    NagiosLine line = MakeNagiosLine(
        StateOf(level), SentenceOf(verdict) + FirstProblemOf(status.at("alerts"), level));
    line.text.append(" |");
    for (const Figure& figure : kFigures) {
      line.text.append(" ").append(figure.label).append("=");
      line.text.append(std::to_string(CountOf(status.at("counts"), figure))).append(";;;0");
    }
    return line;
  } catch (const Json::exception&) {
    return MakeNagiosLine(NagiosState::kUnknown, "the answer is none of this exporter");
  }
}

}  // namespace cckm
