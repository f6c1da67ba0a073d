// The part of state_reducer.h about what is expected of domains.

#include "exporter/state/state_reducer.h"

namespace cckm {

void Expect(DomainState& domain, const Family& family, const ExpectationList* expectations) {
  domain.expected.reset();
  if (expectations == nullptr) return;
  domain.expected = expectations->Find({.cloud = family.name,
                                        .domain_id = domain.id.text(),
                                        .domain = domain.name.text(),
                                        .connection = domain.connection.text()});
}

void StateReducer::ExpectAnew() {
  for (DomainState& domain : collector_.domains) {
    Expect(domain, *collector_.family, setting_.expectations);
  }
}

}  // namespace cckm
