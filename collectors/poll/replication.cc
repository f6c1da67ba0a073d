#include "collectors/poll/replication.h"

namespace cckm {

void Replication::Observe(const HttpResult& result) {
  if (!result.answer || result.address == teller_) return;
  teller_ = static_cast<Teller>(result.address);
  since_ = clock_.SteadyNow();
}

}  // namespace cckm
