// What a C++ program would use otherwise: prometheus-cpp's own server over its own registry.
//
// Usage: exposer SERIES.  Prints its port and serves so many gauges at /metrics until it is killed.

#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace {

// Labels as long as those of a refresh: a UUID and a state.
void Fill(prometheus::Registry& registry, std::size_t series) {
  constexpr std::array kStates = {"in_progress", "completed", "partial", "failed",
                                  "cancelled",   "not_found", "unknown"};
  auto& family = prometheus::BuildGauge()
                     .Name("cckm_refresh_status")
                     .Help("State of one refresh, as last polled (1 for the state it is in).")
                     .Register(registry);
  for (std::size_t i = 0; i < series; ++i) {
    std::array<char, 48> id{};
    std::snprintf(id.data(), id.size(), "8155fe39-570a-4132-92ca-%012zx", i / kStates.size());
    family.Add({{"target", "cm-bench"},
                {"cloud", "dsm"},
                {"refresh_id", id.data()},
                {"status", kStates[i % kStates.size()]}});
  }
}

void Run(std::span<char*> arguments) {
  if (arguments.size() != 2) throw std::runtime_error("SERIES");
  const auto registry = std::make_shared<prometheus::Registry>();
  Fill(*registry, std::stoul(arguments[1]));
  prometheus::Exposer exposer("127.0.0.1:0");
  exposer.RegisterCollectable(registry);
  std::cout << exposer.GetListeningPorts().at(0) << std::endl;
  ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& error) {
    std::cerr << "exposer: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
