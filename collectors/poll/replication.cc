#include "collectors/poll/replication.h"

namespace cckm {
namespace {

constexpr long kFirstServerFault = 500;

}  // namespace

void Replication::Observe(const HttpResult& result) {
  // Where no address gave a usable answer, the last one's is here.
  if (!result.answer || result.answer->status >= kFirstServerFault) return;
  if (result.address == teller_) return;
  teller_ = static_cast<Teller>(result.address);
  since_ = clock_.SteadyNow();
}

}  // namespace cckm
