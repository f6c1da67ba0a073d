// Who may use how many of the process's descriptors.

#include "exporter/app/descriptor_plan.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

TEST(DescriptorPlanTest, TheWebServerHasItsConnectionsAndPollingTheRest) {
  const DescriptorPlan plan = PlanDescriptors(4096, 256, 1);
  EXPECT_EQ(plan.limit, 4096U);
  EXPECT_EQ(plan.web_connections, 256U);
  EXPECT_EQ(plan.for_polling, 4096U - 64U - 32U - 1U - 256U);
}

TEST(DescriptorPlanTest, ALimitThatIsTooLowIsSharedByHalves) {
  const DescriptorPlan plan = PlanDescriptors(200, 256, 1);
  EXPECT_EQ(plan.web_connections, 51U);
  EXPECT_EQ(plan.for_polling, 52U);
}

TEST(DescriptorPlanTest, NoLimitIsTooLowForOneConnection) {
  for (const std::size_t limit : {0U, 1U, 50U, 97U, 98U}) {
    EXPECT_EQ(PlanDescriptors(limit, 256, 1).web_connections, 1U) << limit;
  }
}

TEST(DescriptorPlanTest, TogetherTheyNeverPassTheLimit) {
  for (std::size_t limit = 100; limit < 2000; ++limit) {
    const DescriptorPlan plan = PlanDescriptors(limit, 256, 2);
    EXPECT_LE(plan.web_connections + plan.for_polling + 64 + 32 + 2, limit) << limit;
    EXPECT_LE(plan.web_connections, 256U);
  }
}

}  // namespace
}  // namespace cckm
