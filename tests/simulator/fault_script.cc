#include "tests/simulator/fault_script.h"

#include <sstream>

namespace cckm::simulator {
namespace {

// As a query: the line without its comment, & between the parameters.
std::string AsQuery(const std::string& line) {
  std::istringstream words(line.substr(0, line.find('#')));
  std::string query;
  for (std::string word; words >> word;) query.append(query.empty() ? "" : "&").append(word);
  return query;
}

}  // namespace

FaultScript ParseFaultScript(std::string_view text) {
  FaultScript script;
  std::istringstream lines{std::string(text)};
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string query = AsQuery(line);
    if (query.empty()) continue;
    auto rule = ParseFaultRule(Query(query), FaultSource::kScript);
    if (rule) {
      script.rules.push_back(*std::move(rule));
    } else {
      script.problems.push_back("line " + std::to_string(number) + ": " + rule.error());
    }
  }
  return script;
}

}  // namespace cckm::simulator
