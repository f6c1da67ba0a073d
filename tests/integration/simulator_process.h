// A running ciphertrust_simulator that offers the family dsm, with no refresh in it at first.
//
// Thread-safety: each object belongs to one thread.

#pragma once

#include <string>

#include "tests/integration/child_process.h"

namespace cckm {

class SimulatorProcess {
 public:
  // Starts it on `port` of 127.0.0.1, 0 for any, and waits until it listens.  It takes `token`, and
  // those that it grants.  Throws std::runtime_error if it does not start.
  explicit SimulatorProcess(const std::string& token, int port = 0);

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // A refresh that runs until it is told to end.  `domains` has commas between them.
  void StartRefresh(const std::string& id, const std::string& domains) const;
  // `ending`: completed, failed, partial (the last domain fails) or cancelled.
  void FinishRefresh(const std::string& id, const std::string& ending) const;

  // A token that is good until ExpireTokens().
  std::string LogIn() const;
  void ExpireTokens() const;

 private:
  // The body of the answer; throws std::runtime_error if it is not a success.
  std::string Post(const std::string& path, const std::string& body = {}) const;

  ChildProcess child_;
  int port_ = 0;
};

}  // namespace cckm
