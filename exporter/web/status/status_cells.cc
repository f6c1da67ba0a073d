#include "exporter/web/status/status_cells.h"

#include <algorithm>

#include "exporter/web/status/format.h"

namespace cckm {

std::string Spaced(std::string_view name) {
  std::string spaced(name);
  std::ranges::replace(spaced, '_', ' ');
  return spaced;
}

void AppendMark(std::string& html, std::string_view name) {
  Append(html, "<span class=\"mark {}\">{}</span>", name, Spaced(name));
}

void AppendNothing(std::string& html) { html += "<td class=\"none\">\xE2\x80\x93</td>"; }

void AppendTimeCell(std::string& html, const std::optional<WallTime>& time, WallTime now) {
  if (!time) return AppendNothing(html);
  Append(html, "<td><time datetime=\"{}\">{} <small>{}</small></time></td>", ToTheSecond(*time),
         FormatDistance(*time, now), FormatShortTime(*time, now));
}

void AppendLengthCell(std::string& html, const std::optional<Nanoseconds>& length) {
  if (!length) return AppendNothing(html);
  Append(html, "<td><data value=\"{}\">{}</data></td>", ToSeconds(*length),
         FormatApproximateDuration(*length));
}

void AppendMarkCell(std::string& html, std::string_view name, std::string_view foreign) {
  html += "<td>";
  AppendMark(html, name);
  if (!foreign.empty()) Append(html, " <small>{}</small>", EscapeForeign(foreign));
  html += "</td>";
}

void AppendTextCell(std::string& html, std::string_view foreign) {
  if (foreign.empty()) return AppendNothing(html);
  Append(html, "<td>{}</td>", EscapeForeign(foreign));
}

void AppendPlaceCell(std::string& html, std::string_view target, std::string_view cloud) {
  Append(html, "<td>{} <small class=\"word\">{}</small></td>", EscapeForeign(target), cloud);
}

void AppendNames(std::string& html, std::string_view name, std::string_view id) {
  if (!name.empty()) Append(html, "{} ", EscapeForeign(name));
  Append(html, "<code>{}</code>", EscapeForeign(id));
}

void AppendNameCell(std::string& html, std::string_view name, std::string_view id) {
  html += "<th scope=\"row\">";
  AppendNames(html, name, id);
  html += "</th>";
}

void AppendColumns(std::string& html, std::span<const std::string_view> columns) {
  html += "<thead><tr>";
  for (const std::string_view column : columns) Append(html, "<th scope=\"col\">{}</th>", column);
  html += "</tr></thead>\n<tbody>\n";
}

void BeginTableOf(std::string& html, const ShownTarget& target, std::string_view what,
                  std::span<const std::string_view> columns) {
  Append(html, "<table>\n<caption class=\"unseen\">{} of {}</caption>\n", what,
         EscapeForeign(target.name));
  AppendColumns(html, columns);
}

void BeginSection(std::string& html, const ListText& text) {
  Append(html,
         "<section id=\"{0}\" class=\"list\" data-live aria-labelledby=\"{0}-heading\">\n"
         "<h2 id=\"{0}-heading\">{1}</h2>\n",
         text.id, text.heading);
}

void AppendEmpty(std::string& html, const ListText& text) {
  BeginSection(html, text);
  Append(html, "<p class=\"empty\">{}</p>\n</section>\n", text.if_empty);
}

std::string CaptionOf(const ListText& text, std::size_t shown, std::size_t total) {
  std::string caption = CountOf(total, text.singular, text.plural);
  if (total > 1) caption.append(", ").append(text.order);
  caption += '.';
  if (shown < total) {
    Append(caption, " <strong>Only the first {} are shown, {} are left out.</strong>",
           Grouped(shown), Grouped(total - shown));
  }
  return caption;
}

}  // namespace cckm
