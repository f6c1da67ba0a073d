// The simulated appliance's HTTP API: a request in, its answer out.
//
// What needs a login and what fails on purpose is decided here, too; only waiting and bytes are
// left to the server.
//
// Thread-safety: Handle may be called from any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "tests/simulator/control.h"

namespace cckm::simulator {

struct ApiSettings {
  std::uint64_t seed = 1;
  bool authentication = true;
  bool control = false;
  // Whether a single external CM refresh comes under "application/json", as its pages print it.
  bool external_cm_wrapper = true;
};

class Api {
 public:
  // Borrows all three.
  Api(const ApiSettings& settings, World& world, Tokens& tokens, Faults& faults);

  Response Handle(const Request& request, TimePoint now);

 private:
  Response LogIn(const Request& request, TimePoint now);
  Response Route(const Request& request, TimePoint now);
  Response Jobs(const Family& family, const Request& request, TimePoint now);
  Response Job(const Family& family, std::string_view rest, const Request& request, TimePoint now);
  Response Start(const Family& family, std::string_view body, TimePoint now);
  Response List(const Family& family, std::string_view query, TimePoint now);
  Response ListUnits(const Family& family, std::string_view query);
  std::string NextRequestId();

  const ApiSettings settings_;
  World& world_;
  Tokens& tokens_;
  Faults& faults_;
  Control control_;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace cckm::simulator
