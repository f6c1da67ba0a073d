// A state of two targets, and what it keeps of updates.
//
// For tests.  Thread-safety: none.

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/state/state_store.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {

using Ids = std::vector<std::string>;

class StateStoreFixture : public ::testing::Test {
 protected:
  static TargetSetup Target(std::string name, std::vector<CollectorSetup> collectors) {
    return {.options = {.name = std::move(name),
                        .shown = {.stale_after = std::chrono::minutes(5), .max_series = 1000}},
            .collectors = std::move(collectors)};
  }
  static CollectorSetup Watching(std::string_view family, std::vector<std::string> ids) {
    return {.family = FindFamily(family), .refresh_ids = std::move(ids)};
  }

  // Applies the update with every final refresh new.
  std::vector<NewAnomalies> Apply(const PollUpdate& update) { return state.Apply(Counted(update)); }
  std::vector<NewAnomalies> Apply(std::vector<RefreshAnswer> answers) {
    return Apply(UpdateOf("a", "dsm", std::move(answers)));
  }

  // What `read` returns of a collector.
  template <typename Read>
  auto Of(std::size_t target, std::size_t collector, const Read& read) {
    std::optional<decltype(read(std::declval<const CollectorState&>()))> result;
    state.Read(
        [&](const StateView& view) { result = read(view.targets[target].collectors[collector]); });
    return *result;
  }

  // A domain of the first collector; fails the test if there is none.
  template <typename Read>
  auto OfDomain(std::string_view id, const Read& read) {
    return Of(0, 0, [&](const CollectorState& collector) {
      for (const DomainState& domain : collector.domains) {
        if (domain.id.text() == id) return read(domain);
      }
      ADD_FAILURE() << "no domain " << id;
      return decltype(read(std::declval<const DomainState&>()))();
    });
  }

  std::uint64_t CompletedOf(std::string_view domain) {
    return OfDomain(domain, [](const DomainState& d) { return d.history.totals[0]; });
  }
  std::string StatusOf(std::string_view refresh_id) {
    std::string status;
    state.Read([&](const StateView& view) {
      for (const RefreshState& refresh : view.targets[0].collectors[0].refreshes) {
        if (refresh.id.text() != refresh_id) continue;
        status = RefreshStatusName(ShownStatus(refresh, view.targets[0].options, view.now));
      }
    });
    return status;
  }
  std::string NewestOf(std::string_view domain) {
    return OfDomain(domain, [](const DomainState& d) {
      return d.newest == nullptr ? std::string() : std::string(d.newest->id.text());
    });
  }
  std::vector<std::string> Domains(std::size_t target = 0, std::size_t collector = 0) {
    return Of(target, collector, [](const CollectorState& c) {
      std::vector<std::string> ids;
      for (const DomainState& domain : c.domains) ids.emplace_back(domain.id.text());
      return ids;
    });
  }
  bool Unanswered(std::string_view id) {
    return Of(0, 0, [&](const CollectorState& collector) {
      for (const RefreshState& refresh : collector.refreshes) {
        if (refresh.id.text() == id) return refresh.unanswered;
      }
      return false;
    });
  }

  FakeClock clock;
  const BucketBounds bounds{{1, 60}};
  StateStore state{{Target("a", {Watching("dsm", {"r1", "r2", "r3"}), Watching("aws", {"r1"})}),
                    Target("b", {Watching("dsm", {"r1"})})},
                   bounds,
                   clock};
};

}  // namespace cckm
