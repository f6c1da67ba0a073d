#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>

namespace cckm {
namespace {

std::string TextFor(const DurationHistogram& histogram) {
  const DurationHistogram::Observations saved = histogram.Save();
  std::string text("[");
  for (const std::uint64_t count : saved.counts) text.append(std::to_string(count)).append(" ");
  std::array<char, 64> sum{};
  (void)std::snprintf(sum.data(), sum.size(), "%a]", saved.sum_seconds);
  return text.append(sum.data());
}

std::string TextFor(std::optional<WallTime> time) {
  return time ? std::to_string(time->time_since_epoch().count()) : "-";
}

std::string TextFor(const DomainHistory& history) {
  std::string text;
  if (history.newest_finished) {
    text.append(history.newest_finished->order.refresh_id).append("@");
    text.append(TextFor(history.newest_finished->order.created_at));
  }
  text.append(" completed ").append(TextFor(history.completed_at())).append(" took ");
  const auto duration = history.last_duration();
  text.append(duration ? std::to_string(duration->count()) : "-");
  text.append(" ").append(kDomainResultNames[static_cast<std::size_t>(history.last_result)]);
  text.append(" success ").append(TextFor(history.last_success_at));
  text.append(" in a row ").append(std::to_string(history.failures.count()));
  text.append(" since ").append(TextFor(history.first_seen_at));
  if (history.was_listed) text.append(" listed");
  for (const std::uint64_t total : history.totals) text.append(" ").append(std::to_string(total));
  return text.append(" ").append(TextFor(history.durations));
}

std::string TextFor(const Refresh& refresh) {
  std::string text(refresh.id);
  text.append(" ").append(RefreshStatusName(refresh.status));
  text.append(" ").append(TextFor(refresh.created_at));
  text.append(" ").append(TextFor(refresh.completed_at));
  for (const DomainRefresh& domain : refresh.domains) {
    text.append(" ").append(domain.domain_id).append("=").append(DomainStatusName(domain.status));
    text.append(domain.detail);
  }
  return text;
}

}  // namespace

Refresh MakeRefresh(std::string id, std::vector<DomainRefresh> domains, Nanoseconds took,
                    Nanoseconds created) {
  Refresh refresh;
  refresh.id = std::move(id);
  refresh.status = RefreshStatus::kCompleted;
  refresh.created_at = FakeClock::kStart + created;
  refresh.completed_at = *refresh.created_at + took;
  refresh.domains = std::move(domains);
  return refresh;
}

std::vector<Refresh> MakeRefreshes(const std::string& prefix, int count) {
  std::vector<Refresh> refreshes;
  for (int i = 0; i < count; ++i) {
    std::vector<DomainRefresh> domains;
    for (const char* id : {"d1", "d2", "d3", "d4"}) {
      domains.push_back({.domain_id = id, .status = DomainStatus::kCompleted, .detail = {}});
    }
    refreshes.push_back(MakeRefresh(prefix + std::to_string(i), std::move(domains),
                                    std::chrono::milliseconds(1 + 700 * i),
                                    std::chrono::seconds(i)));
  }
  return refreshes;
}

RefreshAnswer FinalAnswer(Refresh refresh) {
  const bool is_final = IsFinished(refresh.status);
  return {
      .kind = RefreshAnswer::Kind::kRefresh, .refresh = std::move(refresh), .is_final = is_final};
}

Answers CommitTo(Ledger& ledger, std::string_view target, const Family& family,
                 const std::vector<Refresh>& refreshes, bool counts) {
  std::vector<RefreshAnswer> answers;
  for (const Refresh& refresh : refreshes) {
    answers.push_back(FinalAnswer(refresh));
    answers.back().counts = counts;
  }
  if (!ledger.Commit(target, family, {.now = FakeClock::kStart}, answers)) {
    EXPECT_TRUE(std::ranges::none_of(answers, &RefreshAnswer::is_counted_now));
    return {};
  }
  Answers counted;
  for (const RefreshAnswer& answer : answers) counted.push_back(answer.is_counted_now);
  return counted;
}

Answers Commit(Ledger& ledger, const std::vector<Refresh>& refreshes, bool counts) {
  return CommitTo(ledger, "cm", Dsm(), refreshes, counts);
}

Unneeded NoneListed() {
  return {.refresh = [](auto) { return true; }, .domain = [](auto) { return false; }};
}

std::string TextFor(const CollectorMemory& memory) {
  std::vector<std::string> lines;
  for (const DurationHistogram& histogram : memory.durations) lines.push_back(TextFor(histogram));
  for (const auto& [id, history] : memory.domains) lines.push_back(id + ": " + TextFor(history));
  std::sort(lines.begin() + static_cast<std::ptrdiff_t>(memory.durations.size()), lines.end());
  for (const RefreshAnswer& answer : memory.refreshes) {
    lines.push_back(TextFor(answer.refresh) + " left out");
    for (const std::uint32_t count : answer.left_out.counts) {
      lines.back().append(" ").append(std::to_string(count));
    }
  }
  lines.emplace_back(memory.baseline ? "baseline" : "no baseline");
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

std::string HeldText(const Ledger& ledger) {
  const auto memory =
      ledger.Restore("cm", Dsm(), {.refresh_ids = {}, .finished_since = WallTime::min()});
  return memory ? TextFor(*memory) : memory.error().message;
}

std::string IdsOf(const Ledger& ledger, const WantedRefreshes& wanted) {
  const auto memory = ledger.Restore("cm", Dsm(), wanted);
  if (!memory) return memory.error().message;
  std::string ids;
  for (const RefreshAnswer& answer : memory->refreshes) {
    ids.append(ids.empty() ? "" : " ").append(answer.refresh.id);
  }
  return ids;
}

std::unique_ptr<SqliteLedger> LedgerFolder::Open(const SqliteLedgerOptions& options) const {
  auto ledger = TryOpen(options);
  if (ledger) return std::move(*ledger);
  ADD_FAILURE() << ledger.error().message;
  return nullptr;
}

std::unique_ptr<SqliteLedger> LedgerFolder::OpenWith(const BucketBounds& bounds) const {
  auto ledger = SqliteLedger::Open(path(), bounds, {}, clock_);
  if (ledger) return std::move(*ledger);
  ADD_FAILURE() << ledger.error().message;
  return nullptr;
}

void LedgerFolder::Write(std::string_view bytes) const {
  std::filesystem::create_directories(path());
  WriteBytes(file(), bytes);
}

LedgerBytes LedgerFolder::Read() const {
  return {
      .file = ReadBytes(file()), .ahead = ReadBytes(log_file()), .mark = ReadBytes(mark_file())};
}

void LedgerFolder::Write(const LedgerBytes& bytes) const {
  Write(bytes.file);
  for (const auto& [beside, content] :
       {std::pair(log_file(), bytes.ahead), std::pair(mark_file(), bytes.mark)}) {
    std::filesystem::remove(beside);
    if (!content.empty()) WriteBytes(beside, content);
  }
}

std::string ReadBytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void WriteBytes(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace cckm
