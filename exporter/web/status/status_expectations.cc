#include "exporter/web/status/status_expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "exporter/web/status/format.h"
#include "exporter/web/status/status_cells.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxRows = 20;  // of one target

// As "domain payroll-.*, connection lab".
std::string TextOf(const DomainPatterns& match) {
  const std::array<std::pair<std::string_view, const std::string*>, 3> parts = {
      {{"cloud", &match.cloud}, {"domain", &match.domain}, {"connection", &match.connection}}};
  std::string text;
  for (const auto& [name, pattern] : parts) {
    if (pattern->empty()) continue;
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(*pattern);
  }
  return text.empty() ? "every domain" : text;
}

void AppendRow(std::string& html, std::size_t index, const ShownExpectation& shown) {
  const Expectation& expectation = shown.expectation;
  Append(html,
         "<tr><th scope=\"row\">{} <small>{}</small></th><td><data value=\"{}\">{}</data></td>"
         "<td>{}</td><td>{}</td></tr>\n",
         EscapeForeign(TextOf(expectation.match)), ExpectationName(index),
         ToSeconds(expectation.refreshed_every),
         FormatApproximateDuration(expectation.refreshed_every), SeverityName(expectation.severity),
         Grouped(shown.domains));
}

}  // namespace

std::string ExpectationName(std::size_t index) { return fmt::format("expectations[{}]", index); }

std::string TextOf(const ShownExpectation& shown) {
  const Expectation& expectation = shown.expectation;
  return fmt::format("{}, every {}, {}", TextOf(expectation.match),
                     FormatApproximateDuration(expectation.refreshed_every),
                     SeverityName(expectation.severity));
}

std::string SourceOf(const ExpectedInterval& expected) {
  return expected.expectation ? ExpectationName(*expected.expectation) : "its schedule";
}

bool SomeIsExpected(const StatusModel& model) {
  return std::ranges::any_of(model.domains.rows,
                             [](const ShownDomain& domain) { return domain.expected.has_value(); });
}

void AppendExpectations(std::string& html, const ShownTarget& target) {
  if (target.expectations.empty()) return;
  constexpr std::array<std::string_view, 4> kColumns = {"Expected of", "Refreshed every",
                                                        "Severity", "Domains"};
  BeginTableOf(html, target, "Expectations", kColumns);
  const std::size_t rows = std::min(target.expectations.size(), kMaxRows);
  for (std::size_t i = 0; i < rows; ++i) AppendRow(html, i, target.expectations[i]);
  html += "</tbody>\n</table>\n";
  if (rows == target.expectations.size()) return;
  Append(html, "<p class=\"caption\">Only the first {} of {} expectations are shown.</p>\n", rows,
         target.expectations.size());
}

void AppendExpectedCell(std::string& html, const ShownDomain& domain) {
  if (!domain.expected) return AppendNothing(html);
  Append(html, "<td><data value=\"{}\">every {}</data> ", ToSeconds(domain.expected->length),
         FormatApproximateDuration(domain.expected->length));
  if (domain.is_late) AppendMark(html, "late");
  const std::string_view severity = SeverityOf(*domain.expected);
  Append(html, " <small>{}{}{}</small></td>", severity, severity.empty() ? "" : ", ",
         SourceOf(*domain.expected));
}

}  // namespace cckm
