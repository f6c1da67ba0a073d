// Scrapes the exporter again and again, notes how long its answers take, and reports every one
// that is invalid or holds a secret.
//
// It runs from construction to destruction: one thread asks, another checks the last exposition
// for validity, which takes longer.
// Thread-safety: every method may be called from any thread.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "collectors/base/clock.h"
#include "tests/system/hostile/shown.h"

namespace cckm {

class Scraper {
 public:
  explicit Scraper(int port);

  // The last exposition; null until there is one.
  std::shared_ptr<const Shown> Latest() const;

  struct Report {
    std::size_t scrapes = 0;
    std::size_t validated = 0;                                // of the scrapes
    std::map<std::string, std::vector<Nanoseconds>> lengths;  // of the answers, by path
    std::vector<std::string> errors;
    std::vector<std::string> leaks;
  };
  Report Summary() const;

 private:
  void Run(const std::stop_token& stop);
  void ValidateAll(const std::stop_token& stop);
  void Scrape();
  void LookAtPages();
  std::string Get(const std::string& path);
  void ReportError(std::string error);

  const int port_;
  const SystemClock clock_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<const Shown> latest_;
  Report report_;

  // Last: they use all of the above.
  std::jthread asking_;
  std::jthread validating_;
};

}  // namespace cckm
