// cckm_exporter: a Prometheus exporter for the refresh jobs of CipherTrust Manager's Cloud Key
// Manager.

#include <span>
#include <string>
#include <vector>

#include "exporter/app/run.h"

int main(int argc, char** argv) {
  const std::span<char*> all(argv, static_cast<std::size_t>(argc));
  const std::vector<std::string> arguments(all.begin() + (all.empty() ? 0 : 1), all.end());
  return cckm::Run(arguments);
}
