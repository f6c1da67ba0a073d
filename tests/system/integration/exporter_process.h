// The real exporter as a process: its folder, its configuration, its answers.
//
// Whatever the exporter shows to a test here is searched for secrets, see leak.h.
// Thread-safety: each object belongs to one thread.

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/fakes/config_folder.h"
#include "tests/support/fakes/raw_client.h"
#include "tests/support/processes/child_process.h"

namespace cckm {

// The token of every exporter here that is not told another way to authenticate.
inline constexpr std::string_view kToken = "CANARY-7c0ffee7";

// The exporter polls every second, unless told otherwise.
struct ExporterSettings {
  std::string url;  // of the appliance
  std::vector<std::string> refresh_ids = {"r1"};
  std::string interval = "1s";          // of polls, rechecks and heartbeats
  std::string storage = {};             // folder beside config.yaml; empty: in memory
  std::vector<std::string> flags = {};  // more of them
  // Lines of the target besides its name, address and collectors.
  std::vector<std::string> target = {"authorization: { credentials_file: token }"};
  // Secrets to be written before it starts: name of the file and content.
  std::vector<std::pair<std::string, std::string>> files = {{"token", std::string(kToken)}};
  std::vector<std::string> environment = {};  // NAME=value
  std::string config = {};                    // config.yaml as a whole; empty: made of the above
  std::vector<std::string> limits = {};       // as ChildSettings::limits
};

// Writes config.yaml and the files into `folder`: the target cm with its dsm refreshes.
void WriteConfig(const ConfigFolder& folder, const ExporterSettings& settings);

// Runs the exporter in `folder` until it ends by itself.
EndedProcess RunExporter(const ConfigFolder& folder, std::vector<std::string> flags,
                         std::vector<std::string> limits = {});

// What 127.0.0.1:port answers to a request without a body.
RawAnswer AskPort(int port, const std::string& method, const std::string& path);

// A port of 127.0.0.1 that was free a moment ago.
int FreePort();

// `name` with the labels of the target cm and the family dsm, and of more: {{"domain_id", "a"}}.
std::string Series(const std::string& name,
                   const std::vector<std::pair<std::string, std::string>>& more_labels = {});

// The value of a series as it is printed, empty where the exposition does not have it.
std::string ValueOf(const std::string& exposition, const std::string& series);

// Series and the value that each is expected to have.
using Samples = std::vector<std::pair<std::string, std::string>>;

class ExporterProcess {
 public:
  // Starts it on a free port and waits until it listens.  Throws std::runtime_error if it does not.
  explicit ExporterProcess(const ExporterSettings& settings);
  ~ExporterProcess();
  ExporterProcess(const ExporterProcess&) = delete;
  ExporterProcess& operator=(const ExporterProcess&) = delete;

  // Kills it and starts it again in the same folder.
  void Restart();

  ChildProcess& child() { return *child_; }
  const ConfigFolder& folder() const { return folder_; }
  int port() const { return port_; }

  RawAnswer Get(const std::string& path) const { return AskPort(port_, "GET", path); }
  std::string Scrape() const { return Get("/metrics").body; }

  // Scrapes until every sample has its value.
  testing::AssertionResult Shows(const Samples& samples, Nanoseconds limit = kPatience) const;

 private:
  void Start();
  void SearchForSecrets();

  ConfigFolder folder_;
  const std::string storage_;
  const ChildSettings command_;
  std::unique_ptr<ChildProcess> child_;
  int port_ = 0;
};

// Tells it to stop with `signal`: it has to end with exit code 0 within the promised two seconds.
testing::AssertionResult StopsInTime(ExporterProcess& exporter, int signal);

}  // namespace cckm
