#include "exporter/config/flags/flag_table.h"

#include <algorithm>
#include <array>
#include <string>

#include "exporter/config/flags/flags.h"

namespace cckm {
namespace {

constexpr std::string_view kRun = "What to do";
constexpr std::string_view kTarget = "One target without a file";
constexpr std::string_view kWeb = "Web server";
constexpr std::string_view kState = "State and sharding";
constexpr std::string_view kLog = "Log, on standard error";

constexpr auto kText = FlagType::kText;
constexpr auto kTexts = FlagType::kTexts;
constexpr auto kNumber = FlagType::kNumber;
constexpr auto kSwitch = FlagType::kSwitch;

// clang-format off
constexpr std::array kFlags = {
    FlagRow{kRun, "config.file", "", kText, "FILE", "", "YAML file with the targets"},
    FlagRow{kRun, "config.check", "", kSwitch, "", "", "check everything, talk to nobody, exit 0 or 2"},
    FlagRow{kRun, "once", "", kSwitch, "", "", "poll once, print the metrics, exit 0 or 1"},
    FlagRow{kRun, "output.file", "", kText, "FILE", "", "with --once: write there, for node_exporter"},
    FlagRow{kRun, "healthcheck", "", kSwitch, "", "", "ask the running exporter, exit 0 or 1"},
    FlagRow{kRun, "check", "", kSwitch, "", "", "the same as a Nagios plugin, exit 0, 1, 2 or 3"},
    FlagRow{kRun, "version", "", kSwitch, "", "", "print versions and exit"},
    FlagRow{kRun, "help", "h", kSwitch, "", "", "print this and exit"},
    FlagRow{kTarget, "target.url", "", kText, "URL", "", "https://host[:port][/prefix]"},
    FlagRow{kTarget, "target.name", "", kText, "NAME", "", "label of the target; else the URL's host"},
    FlagRow{kTarget, "target.token-file", "", kText, "FILE", "", "file with a bearer token"},
    FlagRow{kTarget, "target.username", "", kText, "NAME", "", "user to log in as"},
    FlagRow{kTarget, "target.password-file", "", kText, "FILE", "", "file with the user's password"},
    FlagRow{kTarget, "target.ca-file", "", kText, "FILE", "", "PEM file, the only authorities to trust"},
    FlagRow{kTarget, "dsm.refresh-ids", "", kText, "IDS", "", "refreshes to watch, comma-separated"},
    FlagRow{kTarget, "external-cm.refresh-ids", "", kText, "IDS", "", "the same for external-cm"},
    FlagRow{kWeb, "web.listen-address", "", kTexts, "ADDR", ":9847", "host:port; may be repeated"},
    FlagRow{kWeb, "web.telemetry-path", "", kText, "PATH", "/metrics", "where Prometheus scrapes"},
    FlagRow{kWeb, "web.config.file", "", kText, "FILE", "", "TLS and basic auth of the web server"},
    FlagRow{kWeb, "web.max-requests", "", kNumber, "N", "40", "scrapes served at once"},
    FlagRow{kWeb, "web.max-connections", "", kNumber, "N", "256", "connections held at once"},
    FlagRow{kWeb, "web.enable-lifecycle", "", kSwitch, "", "", "allow POST /-/reload"},
    FlagRow{kWeb, "web.disable-exporter-metrics", "", kSwitch, "", "", "leave out process_*"},
    FlagRow{kState, "storage.path", "", kText, "DIR", "data", "folder of the ledger; empty: in memory"},
    FlagRow{kState, "storage.max-refreshes", "", kNumber, "N", "1000000", "finished refreshes kept at least"},
    FlagRow{kState, "shard.index", "", kNumber, "N", "0", "this shard, counted from 0"},
    FlagRow{kState, "shard.count", "", kNumber, "N", "1", "number of shards"},
    FlagRow{kLog, "log.level", "", kText, "LEVEL", "info", "debug, info, warn or error"},
    FlagRow{kLog, "log.format", "", kText, "FORMAT", "logfmt", "logfmt or json"},
};
// clang-format on

constexpr std::size_t kHelpColumn = 36;

std::string DefaultOf(const FlagRow& row) {
  if (row.type == FlagType::kSwitch) return "off";
  return row.default_value.empty() ? "none" : std::string(row.default_value);
}

std::string HelpLine(const FlagRow& row) {
  std::string line = row.short_name.empty() ? "  --" : "  -" + std::string(row.short_name) + ", --";
  line.append(row.name).append(row.value_name.empty() ? "" : "=").append(row.value_name);
  line.resize(std::max(kHelpColumn, line.size() + 1), ' ');
  line.append(row.help).append(" (default: ").append(DefaultOf(row)).append(")");
  return line;
}

}  // namespace

std::span<const FlagRow> FlagTable() { return kFlags; }

const FlagRow* FindFlag(std::string_view name) {
  const auto* found = std::ranges::find_if(kFlags, [name](const FlagRow& row) {
    return row.name == name || (!name.empty() && row.short_name == name);
  });
  return found == kFlags.end() ? nullptr : found;
}

std::string HelpText() {
  std::string text =
      "cckm_exporter: Prometheus metrics of CipherTrust Manager's cloud key refreshes.\n"
      "Usage: cckm_exporter --config.file=FILE [flags]\n";
  std::string_view group;
  for (const FlagRow& row : FlagTable()) {
    if (row.group != group) text.append("\n").append(row.group).append(":\n");
    group = row.group;
    text.append(HelpLine(row)).append("\n");
  }
  return text;
}

}  // namespace cckm
