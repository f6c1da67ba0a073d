// ciphertrust_simulator: the refreshes and the scheduler of CipherTrust Manager's API for people
// without an appliance.  Exit codes: 0 after SIGTERM or SIGINT, 2 wrong flags or files, 3 cannot
// listen.

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/api.h"
#include "tests/simulator/cluster.h"
#include "tests/simulator/fault_script.h"
#include "tests/simulator/options.h"
#include "tests/simulator/tls_folder.h"

namespace {

using namespace cckm::simulator;

constexpr int kWrongUse = 2;
constexpr int kCannotListen = 3;
constexpr std::size_t kAll = static_cast<std::size_t>(-1);

// The only place that asks for the time.
TimePoint Now() { return std::chrono::system_clock::now(); }

int ReportError(const std::vector<std::string>& problems, int exit_code) {
  for (const std::string& problem : problems) {
    std::cerr << "ciphertrust_simulator: " << problem << '\n';
  }
  return exit_code;
}

// The problem, if there is one.
std::string ReadTokenFile(Options& options) {
  if (options.token_file.empty()) return {};
  std::ifstream file(options.token_file);
  std::string token;
  file >> token;
  if (token.empty()) return "no token can be read from " + options.token_file;
  options.tokens.fixed.push_back(token);
  return {};
}

FaultScript ReadFaultScript(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path);
  if (!file) return {{}, {"cannot read " + path}};
  FaultScript script = ParseFaultScript(std::string(std::istreambuf_iterator<char>(file), {}));
  for (std::string& problem : script.problems) problem.insert(0, path + ", ");
  return script;
}

// The servers' settings, one for each node, with TLS where it is asked for.
tl::expected<std::vector<ServerSettings>, std::string> SettingsOf(const Options& options) {
  std::vector<ServerSettings> settings = {
      {options.listen_host, options.listen_port, options.threads}};
  for (const Address& node : options.nodes) {
    settings.push_back({node.host, node.port, options.threads});
  }
  if (options.tls_folder.empty()) return settings;
  auto files = OpenTlsFolder(options.tls_folder, options.tls_names, Now());
  if (!files) return tl::unexpected(files.error());
  for (ServerSettings& own : settings) {
    own.tls = {files->server.certificate_pem, files->server.key_pem,
               options.tls_client_auth ? files->authority_pem : std::string()};
  }
  return settings;
}

// The problem, if there is one.  `prefix`: before the names of families.
std::string WriteIds(const Options& options, const World& world, const std::string& prefix) {
  for (const Family* const family : options.world.families) {
    const std::string name = prefix + std::string(family->name);
    const auto refreshes = world.List(*family, 0, kAll);
    for (const RefreshPtr& refresh : refreshes) {
      if (options.print_ids) std::cout << name << ' ' << refresh->id << '\n';
    }
    if (options.ids_file.empty()) continue;
    const std::string path = options.ids_file + '-' + name + ".txt";
    std::ofstream file(path);
    for (const RefreshPtr& refresh : refreshes) file << refresh->id << '\n';
    if (!file.flush()) return "cannot write " + path;
  }
  return {};
}

// Those of the first tenancy domain by their family's name, of another with that of the domain
// before it.
std::string WriteAllIds(const Options& options, const Tenancies& tenancies) {
  for (std::size_t index = 0; index < tenancies.size(); ++index) {
    const Tenancy& tenancy = tenancies.At(index);
    const std::string prefix = index == 0 ? std::string() : tenancy.name + '-';
    if (std::string problem = WriteIds(options, tenancy.world, prefix); !problem.empty()) {
      return problem;
    }
  }
  return {};
}

// Blocked before any thread starts, so that only WaitForSignal hears of them.
sigset_t BlockSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Keeps the worlds going while nobody asks for anything, and the nodes as they are told to be.
void WaitForSignal(const sigset_t& signals, const Tenancies& tenancies, Cluster& cluster) {
  const std::timespec tick = {0, 200'000'000};
  while (sigtimedwait(&signals, nullptr, &tick) < 0) {
    tenancies.Advance(Now());
    cluster.Follow();
  }
}

void Announce(const Options& options, const Cluster& cluster) {
  const std::string scheme = options.tls_folder.empty() ? "http://" : "https://";
  std::cout << "ciphertrust_simulator listening on " << scheme << options.listen_host << ':'
            << cluster.PortOf(0) << '\n';
  for (std::size_t node = 1; node <= options.nodes.size(); ++node) {
    std::cout << "node " << node + 1 << " listening on " << scheme << options.nodes[node - 1].host
              << ':' << cluster.PortOf(node) << '\n';
  }
  std::cout << std::flush;
}

SchedulerSettings SchedulerSettingsOf(const Options& options) {
  return {options.world.seed, options.nodes.size() + 1, options.schedule_rules};
}

int Serve(const Options& options, const std::vector<FaultRule>& faults) {
  const sigset_t signals = BlockSignals();
  const auto settings = SettingsOf(options);
  if (!settings) return ReportError({settings.error()}, kWrongUse);
  const TimePoint start = Now();
  Appliance appliance{
      Tenancies(options.tenancy_domains, options.world, SchedulerSettingsOf(options), start),
      Nodes({options.nodes.size() + 1, options.replication_lag}, start), Tokens(options.tokens),
      Accounts(options.accounts), Faults(options.world.seed, options.error_percent)};
  appliance.latency = options.latency;
  Api api(options.api, appliance);
  if (const std::string problem = WriteAllIds(options, appliance.tenancies); !problem.empty()) {
    return ReportError({problem}, kWrongUse);
  }
  for (const FaultRule& fault : faults) appliance.faults.Add(fault, start);
  auto cluster = Cluster::Start(
      *settings, appliance.nodes,
      [&](const Request& request, const Server::Wait& wait) {
        return api.Serve(request, wait, Now);
      },
      Now);
  if (!cluster) return ReportError({cluster.error()}, kCannotListen);
  Announce(options, *cluster);
  WaitForSignal(signals, appliance.tenancies, *cluster);
  // Nothing is kept, so nothing needs an orderly end, for which civetweb takes up to two seconds.
  std::_Exit(EXIT_SUCCESS);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  ParsedOptions parsed = ParseOptions(arguments);
  if (parsed.options.help) {
    std::cout << HelpText();
    return EXIT_SUCCESS;
  }
  std::vector<std::string>& problems = parsed.problems;
  const std::string problem = ReadTokenFile(parsed.options);
  if (!problem.empty()) problems.push_back(problem);
  const FaultScript script = ReadFaultScript(parsed.options.fault_script);
  problems.insert(problems.end(), script.problems.begin(), script.problems.end());
  if (!problems.empty()) return ReportError(problems, kWrongUse);
  return Serve(parsed.options, script.rules);
}
