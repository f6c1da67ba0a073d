#include "exporter/web/index_page.h"

#include <fmt/format.h>

#include "collectors/base/rfc3339.h"
#include "collectors/base/utf8.h"

namespace cckm {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>cckm_exporter</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
</style>
</head>
<body>
<h1>cckm_exporter</h1>
)";

std::string Row(const TargetState& target, const CollectorState& collector) {
  const PollState& poll = collector.poll;
  const std::string_view up = !poll.polled_once ? "not polled yet" : poll.up ? "up" : "down";
  const std::string error = poll.last_error ? Printable(poll.last_error->message) : "";
  return fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      EscapeHtml(target.label.text()), collector.family->name, up,
      poll.ended_at ? FormatRfc3339(std::chrono::floor<std::chrono::seconds>(*poll.ended_at)) : "",
      collector.refreshes.size(), collector.domains.size(), EscapeHtml(error));
}

// Loud, because whoever does not verify a certificate gives its token to anybody on the way.
std::string Warning(const TargetState& target) {
  if (target.options.tls_verification) return {};
  return fmt::format(
      "<p role=\"alert\"><strong>The certificate of {} is not verified: whoever is on the way can "
      "read its tokens.</strong></p>\n",
      EscapeHtml(target.label.text()));
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string IndexPage(const StateStore& state, std::string_view telemetry_path,
                      std::string_view version, WallTime now) {
  std::string page(kHead);
  state.Read([&](const StateView& view) {
    for (const TargetState& target : view.targets) page += Warning(target);
  });
  page += fmt::format(
      "<p>Version {}. Watches the refresh jobs of CipherTrust Manager's Cloud Key Manager.</p>\n"
      "<ul><li><a href=\"{}\">Metrics</a></li><li><a href=\"/config\">Configuration</a></li>"
      "<li><a href=\"/-/healthy\">Healthy</a></li>"
      "<li><a href=\"/-/ready\">Ready</a></li></ul>\n"
      "<h2>Collectors</h2>\n<table>\n<thead><tr><th scope=\"col\">Target</th><th "
      "scope=\"col\">Cloud</th>"
      "<th scope=\"col\">State</th><th scope=\"col\">Last poll</th><th scope=\"col\">Refreshes</th>"
      "<th scope=\"col\">Domains</th><th scope=\"col\">Last error</th></tr></thead>\n<tbody>\n",
      EscapeHtml(version), EscapeHtml(telemetry_path));
  state.Read([&](const StateView& view) {
    for (const TargetState& target : view.targets) {
      for (const CollectorState& collector : target.collectors) page += Row(target, collector);
    }
  });
  page += fmt::format("</tbody>\n</table>\n<p>As of {}.</p>\n</body>\n</html>\n",
                      FormatRfc3339(std::chrono::floor<std::chrono::seconds>(now)));
  return page;
}

}  // namespace cckm
