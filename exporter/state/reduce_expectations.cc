// The part of state_reducer.h about what is expected of domains.

#include "exporter/state/state_reducer.h"

namespace cckm {

void Expect(DomainState& domain, const Family& family, const ExpectationList* expectations) {
  domain.expected.reset();
  const DomainNames names{.cloud = family.name,
                          .domain_id = domain.id.text(),
                          .domain = domain.name.text(),
                          .connection = domain.connection.text()};
  const auto found = expectations == nullptr ? std::nullopt : expectations->Find(names);
  if (found) domain.expected = *found;
  ExpectAsScheduled(domain);
}

void ExpectAsScheduled(DomainState& domain) {
  if (domain.expected && domain.expected->expectation) return;
  domain.expected.reset();
  if (!domain.scheduled_interval) return;
  domain.expected = ExpectedInterval{.length = *domain.scheduled_interval};
}

void StateReducer::ExpectAnew() {
  for (const DomainState& domain : collector_.domains) {
    Expect(collector_.domains.Change(domain), *collector_.family,
           setting_.options.expectations.get());
  }
}

}  // namespace cckm
