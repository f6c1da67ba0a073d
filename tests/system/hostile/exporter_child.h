// The real exporter, as these tests start it: with its configuration in a folder of the test.
//
// Thread-safety: each object belongs to one thread.

#pragma once

#include <string>
#include <vector>

#include "tests/support/fakes/config_folder.h"
#include "tests/support/processes/child_process.h"

namespace cckm {

class ExporterChild {
 public:
  // Starts it with config.yaml, its storage in data, and `environment` (NAME=value) besides the
  // test's own, and waits until it listens.  Throws std::runtime_error if it does not.
  explicit ExporterChild(const ConfigFolder& folder, std::vector<std::string> environment = {});

  ChildProcess& process() { return process_; }
  int port() const { return port_; }

 private:
  ChildProcess process_;
  int port_ = 0;
};

// Runs it with --config.check until it ends.
EndedProcess CheckConfig(const ConfigFolder& folder);

}  // namespace cckm
