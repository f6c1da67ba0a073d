#include "tests/system/hostile/scraper.h"

#include "tests/support/fakes/exposition_parser.h"
#include "tests/support/fakes/leak.h"
#include "tests/support/fakes/raw_client.h"

namespace cckm {
namespace {

constexpr auto kPause = std::chrono::milliseconds(200);
constexpr std::size_t kScrapesBetweenPages = 5;
constexpr std::size_t kMaxReportedErrors = 20;

}  // namespace

Scraper::Scraper(int port)
    : port_(port),
      asking_([this](const std::stop_token& stop) { Run(stop); }),
      validating_([this](const std::stop_token& stop) { ValidateAll(stop); }) {}

std::shared_ptr<const Shown> Scraper::Latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

Scraper::Report Scraper::Summary() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

void Scraper::Run(const std::stop_token& stop) {
  for (std::size_t round = 0; !stop.stop_requested(); ++round) {
    Scrape();
    if (round % kScrapesBetweenPages == 0) LookAtPages();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, kPause, [] { return false; });
  }
}

void Scraper::Scrape() {
  auto shown = std::make_shared<const Shown>(Get("/metrics"));
  const std::lock_guard lock(mutex_);
  latest_ = std::move(shown);
  ++report_.scrapes;
  changed_.notify_all();
}

void Scraper::ValidateAll(const std::stop_token& stop) {
  std::shared_ptr<const Shown> validated;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return latest_ != validated; });
      if (stop.stop_requested()) return;
      validated = latest_;
      ++report_.validated;
    }
    const auto parsed = ParseExposition(validated->text());
    if (!parsed) ReportError("the exposition is invalid: " + parsed.error());
  }
}

void Scraper::LookAtPages() {
  for (const char* path : {"/", "/config", "/api/v1/status", "/-/healthy", "/-/ready"}) Get(path);
}

// Every answer is read for secrets, whatever its status.
std::string Scraper::Get(const std::string& path) {
  const SteadyTime start = clock_.SteadyNow();
  RawClient client(port_);
  const RawAnswer answer =
      client.Request("GET " + path + " HTTP/1.1\r\nHost: exporter\r\nConnection: close\r\n\r\n");
  const Nanoseconds length = clock_.SteadyNow() - start;
  if (!answer.is_whole) ReportError(path + " has no whole answer");
  if (path == "/metrics" && answer.status != 200) {
    ReportError(path + " has status " + std::to_string(answer.status));
  }
  auto leaks = FindLeaks(path, answer.head + answer.body);
  const std::lock_guard lock(mutex_);
  report_.lengths[path].push_back(length);
  if (report_.leaks.size() < kMaxReportedErrors) {
    report_.leaks.insert(report_.leaks.end(), leaks.begin(), leaks.end());
  }
  return answer.body;
}

void Scraper::ReportError(std::string error) {
  const std::lock_guard lock(mutex_);
  if (report_.errors.size() < kMaxReportedErrors) {
    report_.errors.push_back(std::move(error));
  }
}

}  // namespace cckm
