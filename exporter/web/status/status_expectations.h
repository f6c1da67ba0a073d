// What is expected of domains, on the status page and in words.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <string>

#include "exporter/web/status/status_model.h"

namespace cckm {

// As the configuration's mistakes name it: "expectations[0]".
std::string ExpectationName(std::size_t index);

// As "domain payroll-.*, every 1 h, critical".
std::string TextOf(const ShownExpectation& shown);

// Who says what is expected: "expectations[0]" or "its schedule".
std::string SourceOf(const ExpectedInterval& expected);

// True if something is expected of one of the domains.
bool SomeIsExpected(const StatusModel& model);

// Appends the table of the target's expectations; nothing where it has none.
void AppendExpectations(std::string& html, const ShownTarget& target);

// Appends a cell: how often, whether that is so, and who says it.
void AppendExpectedCell(std::string& html, const ShownDomain& domain);

}  // namespace cckm
