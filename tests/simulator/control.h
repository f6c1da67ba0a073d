// What tests control the simulated appliance by, under /simulator/.  All requests are POST but for
// the one that reads:
//
//   /simulator/refresh/{family}?domains=a,b&id=ID    starts one (without domains: of all of them)
//   /simulator/refresh/{family}/{id}/finish?as=E     E: completed, failed, partial,
//                                                    partially_completed, cancelled
//   /simulator/fault?status=500                      every API answer fails; for all it can be told
//                                                    see fault_rule.h; status=off ends all faults
//   /simulator/latency?value=200ms                   from now on, at most 60s
//   /simulator/auto-restart?value=off                nothing new starts by itself; on: as with
//                                                    the flag
//   /simulator/tokens/expire                         every granted token is forgotten
//   /simulator/logins/username?value=U               the only one from now on; without one: any
//   /simulator/logins/password?value=P               the same for the password
//   /simulator/logins/unlock                         ends the lock after wrong passwords
//   GET /simulator/journal                           what clients did, see journal.h
//   /simulator/journal/clear                         forgets it, and what the nodes counted
//   /simulator/schedule?name=N&family=F&run_at=CRON  adds one; for all it can be told see
//                                                    schedule_rule.h
//   /simulator/schedule/{name or id}/disable         it is never due from now on
//   /simulator/schedule/{name or id}/enable          it is again
//   /simulator/schedule/{name or id}/miss?runs=N     its next N due times pass without a run; all:
//                                                    every one; off: none
//   /simulator/schedule/{name or id}/run             makes a run now
//   /simulator/schedule/{name or id}/remove          it is gone, its runs stay
//   GET /simulator/nodes                             of each node its address, state, and how many
//                                                    requests and logins it got
//   /simulator/node/{N}?state=S&lag=TIME             of the N-th node, from 1.  S: up; hang (takes
//                                                    requests and never answers); refuse (stops
//                                                    listening, within seconds: ask another one
//                                                    to bring it back); 500 to 599 (answers that).
//                                                    lag: how old the refreshes and runs are that
//                                                    it shows
//
// With several tenancy domains, those for refreshes and schedules take tenancy=NAME, otherwise the
// first is meant.  A node that hangs may have no thread left for a control request: ask another.
//
// Thread-safety: Handle may be called from any thread.

#pragma once

#include "tests/simulator/appliance.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/query.h"

namespace cckm::simulator {

class Control {
 public:
  // Borrows the appliance.
  explicit Control(Appliance& appliance) : appliance_(appliance) {}

  Response Handle(const Request& request, TimePoint now);

 private:
  Response Refresh(World& world, std::string_view rest, const Query& query, TimePoint now);
  Response Start(World& world, const Family& family, const Query& query, TimePoint now);
  Response Finish(World& world, const Family& family, std::string_view id, const Query& query,
                  TimePoint now);

  Appliance& appliance_;
};

}  // namespace cckm::simulator
