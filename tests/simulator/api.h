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
#include <optional>
#include <string>

#include "tests/simulator/control.h"
#include "tests/simulator/scheduler_api.h"

namespace cckm::simulator {

struct ApiSettings {
  std::uint64_t seed = 1;
  bool authentication = true;
  bool control = false;
  // Whether a single external CM refresh comes under "application/json", as its pages print it.
  bool external_cm_wrapper = true;
  SchedulerApiSettings scheduler = {};
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
  // An authorised request.
  struct Call {
    Tenancy& tenancy;
    const Request& request;
    TimePoint now;
    TimePoint seen;  // the moment of which the node shows refreshes and runs, not after now

    // Whether the node does not know of it yet.
    bool Hides(const Refresh& refresh) const { return seen < now && refresh.created_at > seen; }
  };

  bool IsControl(const Request& request) const;
  void Linger(const Request& request, const Wait& wait) const;
  std::optional<Response> AnswerBrokenNode(const Request& request) const;
  Response Suffer(const FaultRule& rule, const Request& request, TimePoint now);
  Response Dispatch(const Request& request, TimePoint now);
  Response AnswerLogin(const Request& request, TimePoint now);
  Response Route(const Call& call);
  Response Jobs(const Family& family, const Call& call);
  Response Job(const Family& family, std::string_view rest, const Call& call);
  Response Start(const Family& family, const Call& call);
  Response List(const Family& family, const Call& call);
  Response ListUnits(const Family& family, const Call& call);
  std::string NextRequestId();

  const ApiSettings settings_;
  Appliance& appliance_;
  Control control_;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace cckm::simulator
