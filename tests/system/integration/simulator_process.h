// A running ciphertrust_simulator that offers the family dsm, with no refresh in it at first.
//
// Thread-safety: each object belongs to one thread.

#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/fakes/temporary_folder.h"
#include "tests/support/processes/child_process.h"

namespace cckm {

// Who has to show a certificate.
enum class SimulatorTls { kNobody, kServer, kBothSides };

struct SimulatorSettings {
  std::vector<std::string> flags = {};  // more of them, as --token-lifetime=10s
  SimulatorTls tls = SimulatorTls::kNobody;
  int port = 0;  // of 127.0.0.1; 0: any
};

class SimulatorProcess {
 public:
  // Starts it and waits until it listens.  Throws std::runtime_error if it does not.
  explicit SimulatorProcess(const SimulatorSettings& settings);
  // One that takes `token`, and those that it grants.
  explicit SimulatorProcess(const std::string& token, int port = 0)
      : SimulatorProcess(SimulatorSettings{.flags = {"--token=" + token}, .port = port}) {}

  int port() const { return port_; }
  std::string url() const;
  // ca.pem, client.pem and client.key, as TLS is spoken with.
  std::filesystem::path TlsFile(const std::string& name) const { return folder_.File(name); }
  // Of the first `count` refreshes that it was started with.
  std::vector<std::string> RefreshIds(std::size_t count) const;

  // A refresh that runs until it is told to end.  `domains` has commas between them.
  void StartRefresh(const std::string& id, const std::string& domains) const;
  // `ending`: completed, failed, partial (the last domain fails) or cancelled.
  void FinishRefresh(const std::string& id, const std::string& ending) const;

  // Changes a node of its cluster, counted from 1: "state=503", "lag=1h" and what
  // tests/simulator/control.h allows.
  void SetNode(int node, const std::string& change) const;
  // Of each node what it was asked for, see tests/simulator/nodes.h.
  nlohmann::json Nodes() const;

  // A token that is good until ExpireTokens().
  std::string LogIn() const;
  void ExpireTokens() const;

  // What clients did so far, see tests/simulator/journal.h.
  nlohmann::json Journal() const;

 private:
  ChildSettings Command(const SimulatorSettings& settings) const;
  // The body of the answer; throws std::runtime_error if it is not a success.
  std::string Request(const std::string& path, std::vector<std::string> curl_arguments) const;
  std::string Post(const std::string& path, const std::string& body = {}) const;

  const TemporaryFolder folder_;
  const SimulatorTls tls_;
  ChildProcess child_;
  int port_ = 0;
};

}  // namespace cckm
