// What the tables of the status page are made of: cells, and how a table begins and ends.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"
#include "exporter/web/status/html.h"
#include "exporter/web/status/status_model.h"

namespace cckm {

// With a blank in the place of each underscore.
std::string Spaced(std::string_view name);

// Appends a state, which its mark shows without relying on colour; `name` is one of the names of
// states of this program.
void AppendMark(std::string& html, std::string_view name);

// Each appends one cell of a row; this one has no value.
void AppendNothing(std::string& html);
void AppendTimeCell(std::string& html, const std::optional<WallTime>& time, WallTime now);
void AppendLengthCell(std::string& html, const std::optional<Nanoseconds>& length);
// `foreign` is the appliance's own word for it, where that is worth showing.
void AppendMarkCell(std::string& html, std::string_view name, std::string_view foreign = {});
void AppendTextCell(std::string& html, std::string_view foreign);
void AppendPlaceCell(std::string& html, std::string_view target, std::string_view cloud);
// The name, and the id below it; the id alone where there is no name.  Between tags, and as a cell.
void AppendNames(std::string& html, std::string_view name, std::string_view id);
void AppendNameCell(std::string& html, std::string_view name, std::string_view id);

// What the page says about a list, which has a section of its own.
struct ListText {
  std::string_view id;  // of the section
  std::string_view heading;
  std::string_view if_empty;
  std::string_view singular;  // of what is listed
  std::string_view plural;
  std::string_view order;
};

// The head of a table, up to its rows.
void AppendColumns(std::string& html, std::span<const std::string_view> columns);
// A table of a target, up to its rows.
void BeginTableOf(std::string& html, const ShownTarget& target, std::string_view what,
                  std::span<const std::string_view> columns);
void BeginSection(std::string& html, const ListText& text);
// A section that has nothing to list.
void AppendEmpty(std::string& html, const ListText& text);

// How many of a list are shown, and in which order.
std::string CaptionOf(const ListText& text, std::size_t shown, std::size_t total);

// Appends the section of a list: a table, whose rows `append_row` appends.
template <typename Row, typename AppendRow>
void AppendList(std::string& html, const ListText& text, std::span<const std::string_view> columns,
                const Truncated<Row>& list, const AppendRow& append_row) {
  if (list.rows.empty()) return AppendEmpty(html, text);
  BeginSection(html, text);
  Append(html, "<table>\n<caption>{}</caption>\n", CaptionOf(text, list.rows.size(), list.total));
  AppendColumns(html, columns);
  for (const Row& row : list.rows) append_row(row);
  html += "</tbody>\n</table>\n</section>\n";
}

}  // namespace cckm
