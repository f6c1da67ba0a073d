// ciphertrust_simulator: the refresh part of CipherTrust Manager's API for people without an
// appliance.  Exit codes: 0 after SIGTERM or SIGINT, 2 wrong flags or files, 3 cannot listen.

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/api.h"
#include "tests/simulator/options.h"
#include "tests/simulator/server.h"

namespace {

using namespace cckm::simulator;

constexpr int kWrongUse = 2;
constexpr int kCannotListen = 3;
constexpr std::size_t kAll = static_cast<std::size_t>(-1);

// The only place that asks for the time.
TimePoint Now() { return std::chrono::system_clock::now(); }

int Complain(const std::vector<std::string>& problems, int exit_code) {
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

// The problem, if there is one.
std::string WriteIds(const Options& options, const World& world) {
  for (const Family* const family : options.world.families) {
    const std::string name(family->name);
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

// Keeps the world going while nobody asks for anything.
void WaitForSignal(const sigset_t& signals, World& world) {
  const std::timespec tick = {0, 200'000'000};
  while (sigtimedwait(&signals, nullptr, &tick) < 0) world.Advance(Now());
}

int Serve(const Options& options) {
  const sigset_t signals = BlockSignals();
  World world(options.world, Now());
  Tokens tokens(options.tokens);
  Faults faults(options.world.seed, options.error_percent);
  Api api(options.api, world, tokens, faults);
  if (const std::string problem = WriteIds(options, world); !problem.empty()) {
    return Complain({problem}, kWrongUse);
  }
  const ServerSettings settings = {options.listen_host, options.listen_port, options.threads,
                                   options.latency};
  const auto server = Server::Start(
      settings, [&](const Request& request, TimePoint now) { return api.Handle(request, now); },
      Now);
  if (!server) return Complain({server.error()}, kCannotListen);
  std::cout << "ciphertrust_simulator listening on http://" << options.listen_host << ':'
            << (*server)->port() << std::endl;
  WaitForSignal(signals, world);
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
  const std::string problem = ReadTokenFile(parsed.options);
  if (!problem.empty()) parsed.problems.push_back(problem);
  if (!parsed.problems.empty()) return Complain(parsed.problems, kWrongUse);
  return Serve(parsed.options);
}
