// The simulated appliance's HTTP API: a request in, its answer out.
//
// What needs a login, what fails on purpose and what is waited for is decided here, too; only the
// waiting itself and bytes are left to the server.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
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
  using Wait = std::function<void(std::chrono::nanoseconds)>;
  using WallClock = std::function<TimePoint()>;

  // Borrows the appliance.
  Api(const ApiSettings& settings, Appliance& appliance);

  // From a request's arrival to the moment its answer is due, with all the waiting in between.
  Response Serve(const Request& request, const Wait& wait, const WallClock& clock);

  // Without any waiting: response.delay is left to the caller.
  Response Handle(const Request& request, TimePoint now);

 private:
  bool IsControl(const Request& request) const;
  Response Suffer(const FaultRule& rule, const Request& request, TimePoint now);
  Response Dispatch(const Request& request, TimePoint now);
  Response AnswerLogin(const Request& request, TimePoint now);
  Response Route(const Request& request, TimePoint now);
  Response Jobs(const Family& family, const Request& request, TimePoint now);
  Response Job(const Family& family, std::string_view rest, const Request& request, TimePoint now);
  Response Start(const Family& family, std::string_view body, TimePoint now);
  Response List(const Family& family, std::string_view query, TimePoint now);
  Response ListUnits(const Family& family, std::string_view query);
  std::string NextRequestId();

  const ApiSettings settings_;
  Appliance& appliance_;
  World& world_;  // the appliance's
  Control control_;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace cckm::simulator
