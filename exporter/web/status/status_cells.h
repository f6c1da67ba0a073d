// What the tables of the status page are made of: cells, and how a table begins and ends.
//
// Thread-safety: pure functions.

#pragma once

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"
#include "exporter/web/status/format.h"
#include "exporter/web/status/status_model.h"

namespace cckm {

// A cell without a value.
inline constexpr std::string_view kNothing = "<td class=\"none\">\xE2\x80\x93</td>";

// With a blank in the place of each underscore.
std::string Spaced(std::string_view name);

// Appends a state, which its mark shows without relying on colour; `name` is one of the names of
// states of this program.
void AppendMark(std::string& html, std::string_view name);

// Each appends one cell of a row.
void AppendTimeCell(std::string& html, const std::optional<WallTime>& time, WallTime now);
void AppendLengthCell(std::string& html, const std::optional<Nanoseconds>& length);
// `foreign` is the appliance's own word for it, where that is worth showing.
void AppendMarkCell(std::string& html, std::string_view name, std::string_view foreign = {});
void AppendPlaceCell(std::string& html, std::string_view target, std::string_view cloud);
// The name, and the id below it; the id alone where there is no name.  Between tags, and as a cell.
void AppendNames(std::string& html, std::string_view name, std::string_view id);
void AppendNameCell(std::string& html, std::string_view name, std::string_view id);

// A section, its heading, and a table up to its rows.
void BeginTable(std::string& html, std::string_view id, std::string_view heading,
                std::string_view caption, std::span<const std::string_view> columns);
void EndTable(std::string& html);
// A section that has nothing to list.
void AppendEmpty(std::string& html, std::string_view id, std::string_view heading,
                 std::string_view text);

// How many of a list are shown, and in which order.
template <typename Row>
std::string CaptionOf(const Truncated<Row>& list, std::string_view singular,
                      std::string_view plural, std::string_view order) {
  std::string caption = CountOf(list.total, singular, plural);
  if (list.total > 1) caption.append(", ").append(order);
  caption += '.';
  if (list.left_out() != 0) {
    caption += fmt::format(" <strong>Only the first {} are shown, {} are left out.</strong>",
                           Grouped(list.rows.size()), Grouped(list.left_out()));
  }
  return caption;
}

}  // namespace cckm
