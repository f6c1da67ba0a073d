#include "tests/simulator/options.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "tests/simulator/query.h"
#include "tests/simulator/values.h"

namespace cckm::simulator {
namespace {

constexpr std::uint64_t kMaxEntries = 10'000'000;

template <typename Number>
bool ReadNumber(std::string_view text, std::uint64_t most, Number& number) {
  const auto parsed = ParseNumber(text, most);
  if (parsed) number = static_cast<Number>(*parsed);
  return parsed.has_value();
}

bool ReadCount(std::string_view text, std::size_t& count) {
  return ReadNumber(text, kMaxEntries, count);
}

bool ReadPercent(std::string_view text, unsigned& percent) {
  return ReadNumber(text, 100, percent);
}

bool ReadDuration(std::string_view text, std::chrono::nanoseconds least,
                  std::chrono::nanoseconds& duration) {
  const auto parsed = ParseDuration(text);
  if (parsed && *parsed >= least) duration = *parsed;
  return parsed && *parsed >= least;
}

bool ReadText(std::string_view text, std::string& target) {
  target = text;
  return !text.empty();
}

bool ReadAddress(std::string_view text, std::string& host, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  host = text.substr(0, colon);
  return ReadNumber(text.substr(colon + 1), std::numeric_limits<std::uint16_t>::max(), port);
}

bool ReadListen(std::string_view text, Options& options) {
  return ReadAddress(text, options.listen_host, options.listen_port);
}

bool ReadNode(std::string_view text, Options& options) {
  Address& node = options.nodes.emplace_back();
  return ReadAddress(text, node.host, node.port);
}

bool ReadSchedule(std::string_view text, Options& options) {
  auto rule = ParseScheduleRule(Query(text));
  if (rule) options.schedule_rules.push_back(*std::move(rule));
  return rule.has_value();
}

bool ReadScheduler(std::string_view text, Options& options) {
  using Access = SchedulerApiSettings::Access;
  Access& access = options.api.scheduler.access;
  if (text == "absent") access = Access::kAbsent;
  if (text == "forbidden") access = Access::kForbidden;
  return access != Access::kAllowed;
}

bool ReadTenancies(std::string_view text, Options& options) {
  options.tenancy_domains = SplitAtCommas(text);
  std::vector<std::string> sorted = options.tenancy_domains;
  std::ranges::sort(sorted);
  return !sorted.empty() && std::ranges::adjacent_find(sorted) == sorted.end();
}

bool ReadFamilies(std::string_view text, Options& options) {
  options.world.families.clear();
  for (const std::string& name : SplitAtCommas(text)) {
    const Family* const family = FindFamily(name);
    if (family == nullptr) return false;
    if (std::ranges::find(options.world.families, family) == options.world.families.end()) {
      options.world.families.push_back(family);
    }
  }
  return !options.world.families.empty();
}

bool ReadLifetime(std::string_view text, std::chrono::seconds& target) {
  std::chrono::nanoseconds lifetime{};
  if (!ReadDuration(text, std::chrono::seconds(1), lifetime)) return false;
  target = std::chrono::floor<std::chrono::seconds>(lifetime);
  return true;
}

// One more of a flag that may be repeated.
bool ReadEntry(std::string_view text, std::vector<std::string>& entries) {
  if (!text.empty()) entries.emplace_back(text);
  return !text.empty();
}

constexpr std::chrono::nanoseconds kMillisecond = std::chrono::milliseconds(1);

struct Flag {
  std::string_view name;
  std::string_view value;    // what the value looks like; empty: a switch without one
  std::string_view meaning;  // for --help
  bool (*read)(std::string_view text, Options& options);
};

using Text = std::string_view;
using O = Options;

// clang-format off
constexpr std::array<Flag, 48> kFlags = {{
    {"help", "", "this text", [](Text, O& o) { return o.help = true; }},
    {"listen", "HOST:PORT", "where to listen; port 0 takes any (127.0.0.1:0)", ReadListen},
    {"node", "HOST:PORT", "one more node of the same cluster, at this address; may be repeated", ReadNode},
    {"replication-lag", "TIME", "how old the refreshes and runs are that these nodes show (0s)",
     [](Text t, O& o) { return ReadDuration(t, {}, o.replication_lag); }},
    {"node-tokens", "", "a node takes no token that another one granted",
     [](Text, O& o) { return o.tokens.per_node = true; }},
    {"threads", "N", "connections served at once by each node, 1 to 4096 (64)",
     [](Text t, O& o) { return ReadNumber(t, 4096, o.threads) && o.threads > 0; }},
    {"seed", "N", "ids, names, lengths and endings derive from it (1)",
     [](Text t, O& o) { return ReadNumber(t, std::numeric_limits<std::uint64_t>::max(), o.world.seed); }},
    {"families", "NAME,...", "the families that are offered (all fourteen)", ReadFamilies},
    {"tenancy-domains", "NAME,...", "domains that a login may open, each with refreshes of its own (any, of one)",
     ReadTenancies},
    {"domains", "N", "domains, partitions, vaults ... of each family (4)",
     [](Text t, O& o) { return ReadCount(t, o.world.domains); }},
    {"refreshes", "N", "refreshes of each family at the start (6)",
     [](Text t, O& o) { return ReadCount(t, o.world.refreshes); }},
    {"finished", "M", "how many of them have already finished (4, or all if there are fewer)",
     [](Text t, O& o) { return ReadCount(t, o.world.finished); }},
    {"history", "N", "refreshes kept for each family; older ones that have finished go (200000)",
     [](Text t, O& o) { return ReadCount(t, o.world.history); }},
    {"min-duration", "TIME", "the shortest refresh, such as 500ms, 2s, 5m, 1h (2s)",
     [](Text t, O& o) { return ReadDuration(t, kMillisecond, o.world.min_duration); }},
    {"max-duration", "TIME", "the longest refresh (20s)",
     [](Text t, O& o) { return ReadDuration(t, kMillisecond, o.world.max_duration); }},
    {"failed-percent", "P", "share of the refreshes that fail (0)",
     [](Text t, O& o) { return ReadPercent(t, o.world.chances.failed); }},
    {"partial-percent", "P", "share in which one unit of several fails (0)",
     [](Text t, O& o) { return ReadPercent(t, o.world.chances.partial); }},
    {"cancelled-percent", "P", "share that is cancelled half way (0)",
     [](Text t, O& o) { return ReadPercent(t, o.world.chances.cancelled); }},
    {"never-finish", "", "the unfinished refreshes of the start go on for ever",
     [](Text, O& o) { return o.world.never_finish = true; }},
    {"auto-restart", "", "what has been refreshed is refreshed again",
     [](Text, O& o) { return o.world.auto_restart = true; }},
    {"restart-after", "TIME", "how long after the end that happens (5s)",
     [](Text t, O& o) { return ReadDuration(t, 100 * kMillisecond, o.world.restart_after); }},
    {"schedule", "RULE", "such as 'name=nightly&family=dsm&run_at=0 2 * * *', see tests/simulator/schedule_rule.h; may be repeated",
     ReadSchedule},
    {"schedules", "N", "so many more, each due once a day (0)",
     [](Text t, O& o) { return ReadNumber(t, 100'000, o.schedules); }},
    {"runs", "M", "former runs of these (0)",
     [](Text t, O& o) { return ReadNumber(t, kMostRuns, o.runs); }},
    {"scheduler", "WORD", "absent: 404, as in the Community Edition; forbidden: 403", ReadScheduler},
    {"runs-without-config-id", "", "runs do not say which schedule they are of",
     [](Text, O& o) { o.api.scheduler.config_id_in_runs = false; return true; }},
    {"no-scheduler-filters", "", "the scheduler's lists ignore all but skip, limit and sort",
     [](Text, O& o) { o.api.scheduler.filters = false; return true; }},
    {"latency", "TIME", "added to every answer of the API, at most 60s (0ms)",
     [](Text t, O& o) { return ReadDuration(t, {}, o.latency) && o.latency <= kMaxLatency; }},
    {"error-percent", "P", "share of the API's answers that are a 500 (0)",
     [](Text t, O& o) { return ReadPercent(t, o.error_percent); }},
    {"fault-script", "FILE", "faults that come and go by themselves, see tests/simulator/fault_script.h",
     [](Text t, O& o) { return ReadText(t, o.fault_script); }},
    {"token", "TEXT", "a bearer token that never expires; may be repeated",
     [](Text t, O& o) { return ReadEntry(t, o.tokens.fixed); }},
    {"token-file", "FILE", "the same from the first line of a file",
     [](Text t, O& o) { return ReadText(t, o.token_file); }},
    {"token-lifetime", "TIME", "of the tokens that a login grants (300s)",
     [](Text t, O& o) { return ReadLifetime(t, o.tokens.lifetime); }},
    {"refresh-token-lifetime", "TIME", "of the refresh tokens, at least 1s (1799s)",
     [](Text t, O& o) { return ReadLifetime(t, o.tokens.refresh_token_lifetime); }},
    {"no-refresh-token", "", "a login grants none",
     [](Text, O& o) { o.tokens.refresh_tokens = false; return true; }},
    {"username", "TEXT", "the only user name that may log in (any)",
     [](Text t, O& o) { return ReadText(t, o.accounts.username); }},
    {"password", "TEXT", "the only password that may log in (any)",
     [](Text t, O& o) { return ReadText(t, o.accounts.password); }},
    {"client-id", "TEXT", "the only client that may log in with its certificate (any)",
     [](Text t, O& o) { return ReadText(t, o.accounts.client_id); }},
    {"lock-after", "N", "wrong passwords in a row that lock the account, 0 for never (0)",
     [](Text t, O& o) { return ReadNumber(t, 1000, o.accounts.lock_after); }},
    {"tls-folder", "DIR", "serve HTTPS; the CA's and both sides' certificates and keys are there, or are made",
     [](Text t, O& o) { return ReadText(t, o.tls_folder); }},
    {"tls-name", "NAME", "a host the server's certificate is made for, beside localhost; may be repeated",
     [](Text t, O& o) { return ReadEntry(t, o.tls_names); }},
    {"tls-client-auth", "", "clients need a certificate of that CA",
     [](Text, O& o) { return o.tls_client_auth = true; }},
    {"no-auth", "", "no request needs a token",
     [](Text, O& o) { o.api.authentication = false; return true; }},
    {"plain-external-cm", "", "a single external CM refresh without its \"application/json\" wrapper",
     [](Text, O& o) { o.api.external_cm_wrapper = false; return true; }},
    {"print-ids", "", "print `FAMILY ID` for every refresh of the start",
     [](Text, O& o) { return o.print_ids = true; }},
    {"ids-file", "PREFIX", "write these IDs to PREFIX-FAMILY.txt, one a line",
     [](Text t, O& o) { return ReadText(t, o.ids_file); }},
    {"control", "", "allow /simulator/... without a token, see tests/simulator/control.h",
     [](Text, O& o) { return o.api.control = true; }},
}};
// clang-format on

std::string Spelled(const Flag& flag) {
  std::string text = "--" + std::string(flag.name);
  if (!flag.value.empty()) text.append("=").append(flag.value);
  return text;
}

// Reads one argument; the problem with it, if there is one.
std::optional<std::string> ReadArgument(std::string_view argument, Options& options) {
  const std::size_t equals = std::min(argument.find('='), argument.size());
  const std::string_view name = argument.substr(0, equals);
  const auto* const flag = std::ranges::find_if(kFlags, [&](const Flag& candidate) {
    return name.starts_with("--") && name.substr(2) == candidate.name;
  });
  if (flag == kFlags.end()) return "unknown flag " + std::string(name) + ", see --help";
  const bool has_value = equals < argument.size();
  if (has_value == flag->value.empty()) return "wrong form, expected " + Spelled(*flag);
  const std::string_view value = has_value ? argument.substr(equals + 1) : std::string_view();
  if (flag->read(value, options)) return std::nullopt;
  // A token or a password is only wrong when it is empty, so that none is repeated here.
  return "bad value of --" + std::string(flag->name) + " '" + std::string(value) + "', expected " +
         std::string(flag->value) + ": " + std::string(flag->meaning);
}

void CheckTls(const Options& options, std::vector<std::string>& problems) {
  if (!options.tls_folder.empty()) return;
  if (!options.tls_names.empty()) problems.emplace_back("--tls-name needs --tls-folder");
  if (options.tls_client_auth) problems.emplace_back("--tls-client-auth needs --tls-folder");
}

void CheckTogether(const WorldSettings& world, std::vector<std::string>& problems) {
  if (world.finished > world.refreshes) {
    problems.emplace_back("--finished is greater than --refreshes");
  }
  if (world.min_duration > world.max_duration) {
    problems.emplace_back("--min-duration is greater than --max-duration");
  }
  if (world.chances.failed + world.chances.partial + world.chances.cancelled > 100) {
    problems.emplace_back("--failed-, --partial- and --cancelled-percent exceed 100 together");
  }
  if (world.domains == 0 && world.refreshes > 0) {
    problems.emplace_back("--refreshes needs --domains of at least 1, or --refreshes=0");
  }
}

void CheckSchedules(const Options& options, std::vector<std::string>& problems) {
  if (options.runs > 0 && options.schedules == 0) problems.emplace_back("--runs needs --schedules");
  for (const ScheduleRule& rule : options.schedule_rules) {
    const bool offered =
        rule.family == nullptr || std::ranges::count(options.world.families, rule.family) > 0;
    if (!offered) {
      problems.push_back("the family of schedule " + rule.name + " is not among --families");
    }
    const bool known =
        rule.tenancy.empty() || std::ranges::count(options.tenancy_domains, rule.tenancy) > 0;
    if (!known) {
      problems.push_back("the tenancy of schedule " + rule.name +
                         " is not among --tenancy-domains");
    }
  }
}

void MakeSchedules(Options& options) {
  std::vector<const Family*> families = options.world.families;
  std::erase_if(families, [](const Family* family) { return family->schedule_units.empty(); });
  auto made = MakeScheduleRules(options.world.seed, options.schedules, options.runs, families);
  std::ranges::move(made, std::back_inserter(options.schedule_rules));
}

}  // namespace

ParsedOptions ParseOptions(std::span<const std::string_view> arguments) {
  constexpr std::size_t kUnset = std::numeric_limits<std::size_t>::max();
  ParsedOptions parsed;
  Options& options = parsed.options;
  for (const Family& family : AllFamilies()) options.world.families.push_back(&family);
  const std::size_t usual_finished = options.world.finished;
  options.world.finished = kUnset;
  for (const std::string_view argument : arguments) {
    if (auto problem = ReadArgument(argument, options)) parsed.problems.push_back(*problem);
  }
  if (options.world.finished == kUnset) {
    options.world.finished = std::min(usual_finished, options.world.refreshes);
  }
  CheckTogether(options.world, parsed.problems);
  CheckTls(options, parsed.problems);
  CheckSchedules(options, parsed.problems);
  MakeSchedules(options);
  options.api.seed = options.world.seed;
  options.tokens.seed = options.world.seed;
  return parsed;
}

std::string HelpText() {
  std::string text =
      "ciphertrust_simulator: the refresh jobs and the scheduler of a CipherTrust Manager, over "
      "HTTP or HTTPS.\n\n";
  for (const Flag& flag : kFlags) {
    std::string line = "  " + Spelled(flag);
    line.resize(std::max<std::size_t>(line.size() + 2, 26), ' ');
    text.append(line).append(flag.meaning).append("\n");
  }
  text += "\nFamilies:";
  for (const Family& family : AllFamilies()) text.append(" ").append(family.name);
  return text + "\n";
}

}  // namespace cckm::simulator
