#include "exporter/config/yaml/links_value.h"

#include <string>
#include <utility>

#include "collectors/base/text.h"

namespace cckm {
namespace {

void ReadLink(const std::string& name, const YamlCursor& cursor, Links& out) {
  if (name.empty() || HasControlCharacter(name) || CountCharacters(name) > kMaxLinkName) {
    return cursor.ReportError("must have a name of 1 to " + std::to_string(kMaxLinkName) +
                              " characters without control characters");
  }
  auto url = cursor.Text("must be a URL such as https://grafana.example.com/d/cckm");
  if (!url) return;
  std::string mistake = LinkMistake(*url);
  if (!mistake.empty()) return cursor.ReportError(std::move(mistake));
  out.push_back({name, std::move(*url)});
}

}  // namespace

void LinksValue::Read(const YamlCursor& cursor, Links& out) const {
  const auto entries = cursor.Entries();
  if (!entries) return;
  if (entries->size() > kMaxLinks) {
    return cursor.ReportError("must have at most " + std::to_string(kMaxLinks) + " links");
  }
  for (const auto& [name, url] : *entries) ReadLink(name, url, out);
}

WrittenValue LinksValue::Write(const Links& links) const {
  WrittenValue map;
  for (const Link& link : links)
    map.members.emplace_back(link.name, WrittenValue{.text = link.url});
  return map;
}

AllowedValues LinksValue::Allowed() const {
  return {.kind = ValueKind::kLinks,
          .range = std::to_string(kMaxLinks) + " names with `http(s)://` URLs of " +
                   std::to_string(kMaxLinkUrl) + " bytes",
          .largest = kMaxLinks,
          .max_characters = kMaxLinkUrl};
}

}  // namespace cckm
