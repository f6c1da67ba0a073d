// A day of polling takes no more memory, disk and descriptors at its end than after its first hour.

#include <gtest/gtest.h>
#include <malloc.h>

#include <filesystem>
#include <iterator>
#include <memory>

#include "exporter/ledger/sqlite/sqlite_ledger.h"
#include "tests/support/fakes/config_folder.h"
#include "tests/unit/exporter/app/harness.h"

namespace cckm {
namespace {

using std::chrono::hours;

struct Footprint {
  std::size_t heap_bytes;  // 0 where a sanitizer has the heap
  std::uintmax_t file_bytes;
  std::size_t descriptors;
};

std::size_t CountDescriptors() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
}

std::uintmax_t SizeOfFiles(const std::filesystem::path& folder) {
  std::uintmax_t size = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) size += entry.file_size();
  return size;
}

// Half of the refreshes run for ever, the others have finished.
std::string JobOf(int number) {
  const std::string id = "r" + std::to_string(number);
  const std::string end =
      number % 2 == 0 ? R"("completed","completed_at":"2021-03-03T06:10:54Z")" : R"("in_progress")";
  return R"({"id":")" + id + R"(","createdAt":"2021-03-03T06:10:52Z","domains":["d)" +
         std::to_string(number % 7) + R"("],"overall_status":)" + end + "}";
}

TEST(FlatDayTest, MemoryFilesAndDescriptorsAreAfterADayWhatTheyWereAfterAnHour) {
  const ConfigFolder folder;
  const FakeClock clock;
  const BucketBounds bounds(Harness::Bounds());
  auto ledger = SqliteLedger::Open(folder.File("data"), bounds, {}, clock);
  ASSERT_TRUE(ledger) << ledger.error().message;
  Harness::Setup setup;
  setup.collectors = {{.family = FindFamily("dsm"), .refresh_ids = {}, .discovers = true}};
  setup.schedule.recheck_interval = hours(1);
  setup.discovery.enabled = true;
  setup.ledger = ledger->get();
  setup.respond = [](const std::string& path) -> Result<HttpResponse> {
    std::string jobs;
    for (int i = 0; i < 40; ++i) jobs += (i == 0 ? "" : ",") + JobOf(i);
    if (path.find('?') != std::string::npos) {
      return JsonAnswer(R"({"skip":0,"limit":100,"total":40,"resources":[)" + jobs + "]}");
    }
    return JsonAnswer(JobOf(std::stoi(path.substr(path.rfind('r') + 1))));
  };
  Harness exporter(setup);
  const auto footprint_after = [&](hours length) {
    for (hours passed(0); passed < length; ++passed) {
      exporter.PollFor(hours(1));
      exporter.client().ForgetRequests();
      exporter.Scrape();
    }
    return Footprint{mallinfo2().uordblks, SizeOfFiles(folder.File("data")), CountDescriptors()};
  };

  const Footprint after_an_hour = footprint_after(hours(1));
  const Footprint after_a_day = footprint_after(hours(23));
  EXPECT_LE(after_a_day.heap_bytes, after_an_hour.heap_bytes + after_an_hour.heap_bytes / 100);
  EXPECT_EQ(after_a_day.file_bytes, after_an_hour.file_bytes);
  EXPECT_EQ(after_a_day.descriptors, after_an_hour.descriptors);
  EXPECT_EQ(exporter.Scrape("cckm_up"), "cckm_up{target=\"cm\",cloud=\"dsm\"} 1\n");
}

}  // namespace
}  // namespace cckm
