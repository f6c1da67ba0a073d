// What the state knows of how often domains have to be refreshed.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

#include "tests/unit/exporter/state/state_store_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

using Expected = std::optional<ExpectedInterval>;

std::shared_ptr<const ExpectationList> ListOf(std::vector<Expectation> expectations) {
  return std::make_shared<const ExpectationList>(std::move(expectations));
}

class StateExpectationsTest : public StateStoreFixture {
 protected:
  Expected ExpectedOf(std::string_view domain) {
    return OfDomain(domain, [](const DomainState& d) { return d.expected.ToOptional(); });
  }
  bool IsLateNow(std::string_view domain) {
    return OfDomain(domain, [this](const DomainState& d) { return IsLate(d, clock.Now()); });
  }
  void List(std::vector<DomainName> domains) {
    PollUpdate update = UpdateOf("a", "dsm", {});
    update.domain_listing = DomainListing{.is_complete = true, .domains = std::move(domains)};
    Apply(update);
  }

  const std::shared_ptr<const ExpectationList> by_name_ =
      ListOf({{.match = {.domain = "payroll"}, .refreshed_every = 1h},
              {.match = {.connection = "lab"}, .refreshed_every = 24h}});
};

TEST_F(StateExpectationsTest, ANewDomainIsMatchedWhenItComes) {
  state.SetExpectations("a", ListOf({{.match = {.domain = "d1"}, .refreshed_every = 1h}}));
  Apply({Running("r1", {"d1", "d2"})});
  EXPECT_EQ(ExpectedOf("d1"), (ExpectedInterval{1h, Severity::kWarning, 0}));
  EXPECT_EQ(ExpectedOf("d2"), Expected());
}

TEST_F(StateExpectationsTest, ADomainIsMatchedAnewWhenItsNamesChange) {
  state.SetExpectations("a", by_name_);
  Apply({Running("r1", {"d1"})});
  EXPECT_EQ(ExpectedOf("d1"), Expected());
  List({{.id = "d1", .name = "payroll", .connection = "lab"}});
  EXPECT_EQ(ExpectedOf("d1")->length, 1h);
  List({{.id = "d1", .name = "retired", .connection = "lab"}});
  EXPECT_EQ(ExpectedOf("d1")->length, 24h);
  List({{.id = "d1", .name = "retired", .connection = "other"}});
  EXPECT_EQ(ExpectedOf("d1"), Expected());
}

TEST_F(StateExpectationsTest, ADomainIsMatchedAnewWhenTheExpectationsChange) {
  Apply({Running("r1", {"d1"})});
  EXPECT_EQ(ExpectedOf("d1"), Expected());
  state.SetExpectations("a", ListOf({{.refreshed_every = 1h}}));
  EXPECT_EQ(ExpectedOf("d1")->length, 1h);
  state.SetExpectations("b", ListOf({{.refreshed_every = 9h}}));
  EXPECT_EQ(ExpectedOf("d1")->length, 1h) << "those of another target";
  state.SetExpectations("a", nullptr);
  EXPECT_EQ(ExpectedOf("d1"), Expected());
}

TEST_F(StateExpectationsTest, ATargetThatIsSetUpAnewHasItsExpectations) {
  Apply({Running("r1", {"d1"})});
  TargetSetup setup = Target("a", {Watching("dsm", {"r1"})});
  setup.options.expectations = ListOf({{.refreshed_every = 2h}});
  state.SetTarget(setup);
  EXPECT_EQ(ExpectedOf("d1")->length, 2h);
}

TEST_F(StateExpectationsTest, ADomainIsLateAfterTwoIntervalsWithoutASuccess) {
  state.SetExpectations("a", ListOf({{.refreshed_every = 1h}}));
  Apply({Finished("r1", {"d1"})});
  const auto success =
      *OfDomain("d1", [](const DomainState& d) { return d.history.last_success_at; });
  clock.Advance(success + 2h - clock.Now());
  EXPECT_FALSE(IsLateNow("d1"));
  clock.Advance(1s);
  EXPECT_TRUE(IsLateNow("d1"));
  state.SetExpectations("a", nullptr);
  EXPECT_FALSE(IsLateNow("d1")) << "nothing is expected";
}

TEST_F(StateExpectationsTest, ADomainWithoutASuccessIsLateTwoIntervalsAfterItWasMet) {
  state.SetExpectations("a", ListOf({{.refreshed_every = 1h}}));
  Apply({Running("r1", {"d1"})});
  clock.Advance(2h);
  EXPECT_FALSE(IsLateNow("d1"));
  clock.Advance(1s);
  EXPECT_TRUE(IsLateNow("d1"));
}

}  // namespace
}  // namespace cckm
