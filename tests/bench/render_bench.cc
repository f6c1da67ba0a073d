// How long the steps from an answer to the exposition take: an answer to the model, the model to
// the state, the state to text.
//
// A Google Benchmark program; "per_series", "per_answer" and "per_key" are seconds for each of
// them.

#include <benchmark/benchmark.h>
#include <libdeflate.h>
#include <simdjson.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/decode/duplicate_keys.h"
#include "collectors/model/family.h"
#include "exporter/exposition/exposition.h"
#include "exporter/exposition/gzip.h"
#include "exporter/metrics/label_value.h"
#include "exporter/state/state_store.h"

namespace cckm {
namespace {

constexpr std::size_t kRefreshes = 10'000;
constexpr std::string_view kTarget = "cm-bench";

std::string ReadFixture(const std::string& name) {
  std::ifstream file(CCKM_FIXTURES_DIR "/" + name);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (text.empty()) throw std::runtime_error("cannot read the fixture " + name);
  return text;
}

std::string IdOf(std::size_t number, unsigned kind) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "8155fe39-570a-4132-%04x-%012zx", kind, number);
  return text.data();
}

const Family& Dsm() { return *FindFamily("dsm"); }

PollUpdate EmptyUpdate() {
  PollUpdate update;
  update.target = kTarget;
  update.family = &Dsm();
  update.at = SystemClock().SteadyNow();
  return update;
}

RefreshAnswer Unfinished(std::size_t number, std::size_t domains) {
  RefreshAnswer answer;
  answer.kind = RefreshAnswer::Kind::kRefresh;
  answer.refresh.id = IdOf(number, 0);
  answer.refresh.status = RefreshStatus::kInProgress;
  answer.refresh.created_at = WallTime(std::chrono::milliseconds(1'700'000'000'123));
  answer.refresh.domains.push_back(
      {IdOf(number % domains, 1), DomainStatus::kInProgress, "in_progress"});
  return answer;
}

// Unfinished refreshes that share so many domains, as one poll brings them.
PollUpdate MakeUpdate(std::size_t domains) {
  PollUpdate update = EmptyUpdate();
  for (std::size_t number = 0; number < kRefreshes; ++number) {
    update.answers.push_back(Unfinished(number, domains));
  }
  return update;
}

// The whole exporter between a poller and a scrape, with room for every series or for max_series.
class Store {
 public:
  explicit Store(std::size_t max_series, std::size_t refreshes = kRefreshes)
      : state_(Setups(max_series, refreshes), bounds_, clock_) {
    self_metrics_.AddTarget(kTarget, false);
    self_metrics_.AddCollector(kTarget, Dsm());
  }

  void Apply(const PollUpdate& update) { benchmark::DoNotOptimize(state_.Apply(update)); }

  // One that has kept nothing yet.
  Exposition MakeExposition() { return Exposition(sources_); }

 private:
  static std::vector<TargetSetup> Setups(std::size_t max_series, std::size_t refreshes) {
    TargetSetup setup;
    setup.options.name = kTarget;
    setup.options.shown.stale_after = std::chrono::hours(24);
    setup.options.shown.max_series = max_series;
    std::vector<std::string> ids;
    for (std::size_t number = 0; number < refreshes; ++number) ids.push_back(IdOf(number, 0));
    setup.collectors.push_back({.family = &Dsm(), .refresh_ids = std::move(ids)});
    return {setup};
  }

  const SystemClock clock_;
  const BucketBounds bounds_{
      {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400}};
  StateStore state_;
  SelfMetrics self_metrics_{clock_};
  const ExporterStatus status_;
  const Exposition::Sources sources_{.state = state_,
                                     .self_metrics = self_metrics_,
                                     .status = status_,
                                     .bounds = bounds_,
                                     .build_info = {},
                                     .process_metrics = false,
                                     .native = NativeHistograms::kYes};
};

benchmark::Counter SecondsPer(std::size_t things) {
  return {static_cast<double>(things),
          benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
}

// Number of domains and max_series: few domains; one for each refresh; the same, of which most is
// left out.
void EverySize(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"domains", "max_series"})->Unit(benchmark::kMillisecond);
  benchmark->Args({10, 10'000'000})->Args({kRefreshes, 10'000'000})->Args({kRefreshes, 100'000});
}

// With their line breaks.
std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t length = text.find('\n') + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

Blocks Render(Exposition& exposition, ExpositionFormat format = ExpositionFormat::kText) {
  return exposition.Render(std::array{format}).blocks[static_cast<std::size_t>(format)];
}

std::string TextOf(Store& store) {
  Exposition exposition = store.MakeExposition();
  return Body(Render(exposition)).Joined();
}

// From nothing.
void RenderAs(benchmark::State& run, ExpositionFormat format) {
  Store store(static_cast<std::size_t>(run.range(1)));
  store.Apply(MakeUpdate(static_cast<std::size_t>(run.range(0))));
  const std::size_t series = Lines(TextOf(store)).size();
  for ([[maybe_unused]] auto _ : run) {
    Exposition exposition = store.MakeExposition();
    benchmark::DoNotOptimize(Render(exposition, format));
  }
  run.counters["per_series"] = SecondsPer(series);
}

void RenderText(benchmark::State& run) { RenderAs(run, ExpositionFormat::kText); }
BENCHMARK(RenderText)->Apply(EverySize);

void RenderOpenMetrics(benchmark::State& run) { RenderAs(run, ExpositionFormat::kOpenMetrics); }
BENCHMARK(RenderOpenMetrics)->Apply(EverySize);

void RenderProtobuf(benchmark::State& run) { RenderAs(run, ExpositionFormat::kProtobuf); }
BENCHMARK(RenderProtobuf)->Apply(EverySize);

// The floor of the first: the same lines, ready made, into a buffer that was used before.
void CopyLines(benchmark::State& run) {
  Store store(static_cast<std::size_t>(run.range(1)));
  store.Apply(MakeUpdate(static_cast<std::size_t>(run.range(0))));
  const std::string text = TextOf(store);
  const std::vector<std::string_view> lines = Lines(text);
  ByteBuffer copy;
  for ([[maybe_unused]] auto _ : run) {
    copy.clear();
    for (const std::string_view line : lines) copy.Append(line);
    benchmark::DoNotOptimize(copy.view().data());
  }
  run.counters["per_series"] = SecondsPer(lines.size());
}
BENCHMARK(CopyLines)->Apply(EverySize);

// Text and gzip of 2,000 refreshes of a domain each, which are about 100,000 series.
constexpr std::size_t kPublishedRefreshes = 2'000;

// Of so many, at a turn that ends them or at one that has them run again.
PollUpdate PublishedUpdate(std::size_t first, std::size_t count, std::size_t turn) {
  PollUpdate update = EmptyUpdate();
  for (std::size_t number = first; number < first + count; ++number) {
    RefreshAnswer& answer = update.answers.emplace_back(Unfinished(number, kPublishedRefreshes));
    if (turn % 2 == 0) continue;
    answer.is_final = true;
    answer.refresh.status = RefreshStatus::kCompleted;
    answer.refresh.completed_at = WallTime(std::chrono::seconds(1'700'000'100));
    answer.refresh.domains.front().status = DomainStatus::kCompleted;
  }
  return update;
}

// What is published after `count` of them have changed, of all that are kept.
void PublishAfter(benchmark::State& run, std::size_t count, bool from_nothing) {
  Store store(10'000'000, kPublishedRefreshes);
  store.Apply(PublishedUpdate(0, kPublishedRefreshes, 0));
  auto exposition = std::make_unique<Exposition>(store.MakeExposition());
  auto compressor = std::make_unique<GzipCompressor>();
  benchmark::DoNotOptimize(compressor->Compress(Render(*exposition)));
  std::size_t turn = 0;
  for ([[maybe_unused]] auto _ : run) {
    run.PauseTiming();
    ++turn;
    store.Apply(PublishedUpdate(turn * 977 % (kPublishedRefreshes - count + 1), count, turn));
    if (from_nothing) {
      exposition = std::make_unique<Exposition>(store.MakeExposition());
      compressor = std::make_unique<GzipCompressor>();
    }
    run.ResumeTiming();
    benchmark::DoNotOptimize(compressor->Compress(Render(*exposition)));
  }
  const Blocks blocks = Render(*exposition);
  run.counters["series"] = static_cast<double>(Lines(Body(blocks).Joined()).size());
  run.counters["blocks"] = static_cast<double>(blocks.size());
  run.counters["ratio"] = static_cast<double>(Body(blocks).size()) /
                          static_cast<double>(Body(compressor->Compress(blocks)).size());
}

void PublishWhole(benchmark::State& run) { PublishAfter(run, kPublishedRefreshes, true); }
BENCHMARK(PublishWhole)->Unit(benchmark::kMicrosecond);
void PublishAfterAll(benchmark::State& run) { PublishAfter(run, kPublishedRefreshes, false); }
BENCHMARK(PublishAfterAll)->Unit(benchmark::kMicrosecond);
void PublishAfterOne(benchmark::State& run) { PublishAfter(run, 1, false); }
BENCHMARK(PublishAfterOne)->Unit(benchmark::kMicrosecond);
void PublishAfterNone(benchmark::State& run) { PublishAfter(run, 0, false); }
BENCHMARK(PublishAfterNone)->Unit(benchmark::kMicrosecond);

// The floor of compression: the body in one go, by another library.
void CompressInOneGo(benchmark::State& run) {
  Store store(10'000'000, kPublishedRefreshes);
  store.Apply(PublishedUpdate(0, kPublishedRefreshes, 0));
  const std::string text = TextOf(store);
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(1);
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  std::size_t size = 0;
  for ([[maybe_unused]] auto _ : run) {
    size = libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size());
  }
  libdeflate_free_compressor(compressor);
  run.counters["ratio"] = static_cast<double>(text.size()) / static_cast<double>(size);
}
BENCHMARK(CompressInOneGo)->Unit(benchmark::kMicrosecond);

void ApplyUpdate(benchmark::State& run) {
  Store store(10'000'000);
  const PollUpdate update = MakeUpdate(kRefreshes);
  for ([[maybe_unused]] auto _ : run) store.Apply(update);
  run.counters["per_answer"] = SecondsPer(kRefreshes);
}
BENCHMARK(ApplyUpdate)->Unit(benchmark::kMillisecond);

void MakeLabelValue(benchmark::State& run, const std::string& raw) {
  for ([[maybe_unused]] auto _ : run) benchmark::DoNotOptimize(LabelValue(raw));
}
BENCHMARK_CAPTURE(MakeLabelValue, uuid, IdOf(7, 1));
BENCHMARK_CAPTURE(MakeLabelValue, hostile,
                  std::string("a\"b\\c\n\x01\xff") + std::string(300, 'y'));

void DecodeRefresh(benchmark::State& run, const std::string& fixture) {
  constexpr std::string_view kId = "8155fe39-570a-4132-92ca-e40b7640c7dc";
  const std::string body = ReadFixture(fixture);
  Decoder decoder;
  if (!decoder.DecodeRefresh(body, {Dsm()}, kId)) run.SkipWithError("the fixture is not a refresh");
  for ([[maybe_unused]] auto _ : run) {
    benchmark::DoNotOptimize(decoder.DecodeRefresh(body, {Dsm()}, kId));
  }
  run.SetBytesProcessed(run.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK_CAPTURE(DecodeRefresh, dsm, "samples/dsm_refresh_completed.json");

void FindDuplicateKeys(benchmark::State& run) {
  const auto keys = static_cast<std::size_t>(run.range(0));
  std::string text = "{";
  for (std::size_t key = 0; key < keys; ++key) text += '"' + IdOf(key, 1) + "\":0,";
  text.back() = '}';
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(text);
  DuplicateKeys duplicates;
  for ([[maybe_unused]] auto _ : run) benchmark::DoNotOptimize(duplicates.Find(document));
  run.counters["per_key"] = SecondsPer(keys);
}
BENCHMARK(FindDuplicateKeys)->Arg(10)->Arg(16)->Arg(1000)->Arg(100'000);

}  // namespace
}  // namespace cckm

BENCHMARK_MAIN();
