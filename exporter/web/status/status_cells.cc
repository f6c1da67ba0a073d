#include "exporter/web/status/status_cells.h"

#include <fmt/format.h>

#include <iterator>

#include "exporter/web/status/html.h"

namespace cckm {
namespace {

template <typename... Values>
void Append(std::string& html, fmt::format_string<Values...> format, Values&&... values) {
  fmt::format_to(std::back_inserter(html), format, std::forward<Values>(values)...);
}

}  // namespace

std::string Spaced(std::string_view name) {
  std::string spaced(name);
  for (char& c : spaced) {
    if (c == '_') c = ' ';
  }
  return spaced;
}

void AppendMark(std::string& html, std::string_view name) {
  Append(html, "<span class=\"mark {}\">{}</span>", name, Spaced(name));
}

void AppendTimeCell(std::string& html, const std::optional<WallTime>& time, WallTime now) {
  if (!time) {
    html += kNothing;
    return;
  }
  Append(html, "<td><time datetime=\"{}\">{} <small>{}</small></time></td>", ToTheSecond(*time),
         FormatDistance(*time, now), FormatShortTime(*time, now));
}

void AppendLengthCell(std::string& html, const std::optional<Nanoseconds>& length) {
  if (!length) {
    html += kNothing;
    return;
  }
  Append(html, "<td><data value=\"{}\">{}</data></td>", ToSeconds(*length),
         FormatApproximateDuration(*length));
}

void AppendMarkCell(std::string& html, std::string_view name, std::string_view foreign) {
  html += "<td>";
  AppendMark(html, name);
  if (!foreign.empty()) {
    html += " <small>";
    AppendForeign(html, foreign);
    html += "</small>";
  }
  html += "</td>";
}

void AppendPlaceCell(std::string& html, std::string_view target, std::string_view cloud) {
  html += "<td>";
  AppendForeign(html, target);
  Append(html, " <small class=\"word\">{}</small></td>", cloud);
}

void AppendNames(std::string& html, std::string_view name, std::string_view id) {
  if (!name.empty()) {
    AppendForeign(html, name);
    html += ' ';
  }
  html += "<code>";
  AppendForeign(html, id);
  html += "</code>";
}

void AppendNameCell(std::string& html, std::string_view name, std::string_view id) {
  html += "<th scope=\"row\">";
  AppendNames(html, name, id);
  html += "</th>";
}

void BeginTable(std::string& html, std::string_view id, std::string_view heading,
                std::string_view caption, std::span<const std::string_view> columns) {
  Append(html,
         "<section id=\"{}\" class=\"list\" data-live aria-labelledby=\"{}-heading\">\n"
         "<h2 id=\"{}-heading\">{}</h2>\n<table>\n<caption>{}</caption>\n<thead><tr>",
         id, id, id, heading, caption);
  for (const std::string_view column : columns) Append(html, "<th scope=\"col\">{}</th>", column);
  html += "</tr></thead>\n<tbody>\n";
}

void EndTable(std::string& html) { html += "</tbody>\n</table>\n</section>\n"; }

void AppendEmpty(std::string& html, std::string_view id, std::string_view heading,
                 std::string_view text) {
  Append(html,
         "<section id=\"{}\" class=\"list\" data-live aria-labelledby=\"{}-heading\">\n"
         "<h2 id=\"{}-heading\">{}</h2>\n<p class=\"empty\">{}</p>\n</section>\n",
         id, id, id, heading, text);
}

}  // namespace cckm
