#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/flags/flag_table.h"
#include "exporter/config/flags/flags.h"
#include "tests/docs/reference_pages.h"

namespace cckm {
namespace {

// What --help has no room for.
struct FlagNote {
  std::string_view flag;
  std::string_view text;
};

constexpr std::array kNotes = std::to_array<FlagNote>({
    {"config.file", "see [configuration.md](configuration.md)"},
    {"config.check", "every problem is printed on its own line"},
    {"once", "0 if every collector is up; uses no ledger and takes no lock"},
    {"healthcheck", "give it the address and the web configuration of the running one"},
    {"target.url",
     "not together with `--config.file`, like all flags of this table; `http://` to the own host "
     "only"},
    {"target.token-file", "this, or a user name with a password file"},
    {"web.config.file", "see [http.md](http.md#web-configuration)"},
    {"web.max-requests", "more scrapes get 503"},
    {"web.max-connections", "more connections get 503, or are closed at once"},
    {"web.enable-lifecycle", "`PUT` works, too; see [Reload](configuration.md#reload)"},
    {"storage.path", "see [upgrading.md](upgrading.md)"},
    {"shard.index", "see [Shards](configuration.md#shards)"},
    {"shard.count", "the targets are divided among them by their names"},
});

std::string NoteOf(const FlagRow& row) {
  const auto* note = std::ranges::find(kNotes, row.name, &FlagNote::flag);
  return note == kNotes.end() ? "" : "; " + std::string(note->text);
}

// The rule that the reader of the command line names for this value; empty if it breaks none.
std::string RuleBrokenBy(const std::string& flag, const std::string& value) {
  const std::vector<std::string> arguments = {"--" + flag + "=" + value};
  const auto line = ParseCommandLine(arguments);
  if (line) return {};
  constexpr std::string_view kMust = "must ";
  for (const ConfigProblem& problem : line.error()) {
    const bool is_rule = problem.key == arguments.front().substr(0, flag.size() + 2) &&
                         problem.message.starts_with(kMust);
    if (is_rule) return problem.message;
  }
  return {};
}

std::string AllowedFor(const FlagRow& row) {
  if (row.type == FlagType::kSwitch) return "alone, or `true` or `false`";
  const bool is_number = row.type == FlagType::kNumber;
  for (const std::string value : {is_number ? "0" : "?", is_number ? "1" : ""}) {
    std::string rule = RuleBrokenBy(std::string(row.name), value);
    constexpr std::string_view kMustBe = "must be ";
    if (rule.starts_with(kMustBe)) rule.erase(0, kMustBe.size());
    if (!rule.empty()) return rule;
  }
  return row.value_name == "DIR" ? "the path of a folder" : "the path of a file";
}

std::string DefaultOf(const FlagRow& row) {
  if (row.type == FlagType::kSwitch) return "off";
  return row.default_value.empty() ? "none" : Code(row.default_value);
}

std::string RowOf(const FlagRow& row) {
  std::string name = "--" + std::string(row.name);
  if (!row.value_name.empty()) name.append("=").append(row.value_name);
  std::string cell = Code(name);
  if (!row.short_name.empty()) cell.append(", ").append(Code("-" + std::string(row.short_name)));
  return TableRow({cell, DefaultOf(row), AllowedFor(row), std::string(row.help) + NoteOf(row)});
}

}  // namespace

std::string FlagsPage() {
  std::string page =
      "# Flags\n\n"
      "This page has every flag of `cckm_exporter`, in the order of `--help`: its default, what is "
      "allowed, and what it means.\n"
      "It is generated from `exporter/config/flags/flag_table.cc` by " +
      Code(kRenewCommand) +
      ".\n\n"
      "`--flag=value` and `--flag value` are the same. `--no-once` and `--once=false` turn a "
      "switch "
      "off. A flag is given only once, unless its row says otherwise.\n"
      "No flag and no variable of the environment takes a secret: secrets are in files. An unknown "
      "flag or a wrong value ends the start with exit code 2.\n"
      "All codes are in [troubleshooting.md](troubleshooting.md#exit-codes).\n";
  std::string_view group;
  for (const FlagRow& row : FlagTable()) {
    if (row.group != group) {
      group = row.group;
      page.append("\n## ").append(group).append("\n\n");
      page += TableHead({"flag", "default", "allowed", "meaning"});
    }
    page += RowOf(row);
  }
  return page;
}

}  // namespace cckm
