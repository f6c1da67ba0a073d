// The test's own door to the simulated appliance, under /simulator/.  All requests are POST:
//
//   /simulator/refresh/{family}?domains=a,b&id=ID    starts one (without domains: of all of them)
//   /simulator/refresh/{family}/{id}/finish?as=E     E: completed, failed, partial,
//                                                    partially_completed, cancelled
//   /simulator/fault?status=500                      every API answer fails; status=off ends it
//   /simulator/tokens/expire                         every granted token is forgotten
//
// Thread-safety: Handle may be called from any thread.

#pragma once

#include "tests/simulator/faults.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/query.h"
#include "tests/simulator/tokens.h"
#include "tests/simulator/world.h"

namespace cckm::simulator {

class Control {
 public:
  // Borrows all three.
  Control(World& world, Tokens& tokens, Faults& faults)
      : world_(world), tokens_(tokens), faults_(faults) {}

  Response Handle(const Request& request, TimePoint now);

 private:
  Response SetFault(const Query& query);
  Response Refresh(std::string_view rest, const Query& query, TimePoint now);
  Response Start(const Family& family, const Query& query, TimePoint now);
  Response Finish(const Family& family, std::string_view id, const Query& query, TimePoint now);

  World& world_;
  Tokens& tokens_;
  Faults& faults_;
};

}  // namespace cckm::simulator
