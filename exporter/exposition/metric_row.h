// A metric of the state as one row: which metric it is, how many series an object has of it, and
// the one function that gives their values.
//
// How many they are is the row's shape.  A shape counts the series of an object and writes them, so
// that max_series and the exposition cannot disagree.
// Thread-safety: constants and pure functions.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/exposition/exposition_writer.h"
#include "exporter/exposition/series_budget.h"
#include "exporter/history/duration_histogram.h"
#include "exporter/metrics/catalogue.h"
#include "exporter/metrics/label_value.h"
#include "exporter/state/state.h"
#include "exporter/state/state_store.h"

namespace cckm {

// Memory that the objects of a family use one after the other.
struct RenderScratch {
  std::vector<std::uint64_t> counts;  // of a histogram
  std::vector<double> numbers;
};

// What a function may look at besides its object.
struct Scene {
  const StateView& state;
  const TargetState& target;
  const SeriesBudget& budget;  // of the target
  RenderScratch& scratch;
};

// What the number of series of a histogram depends on.
struct SeriesScale {
  const TargetOptions& options;
  std::size_t buckets = 0;  // with a bound; the one of infinity, sum and count come on top

  std::size_t histogram() const { return buckets + 3; }
};

// Labels of an object and behind them those of one of its samples.
template <std::size_t kOwn, std::size_t kMore>
std::array<LabelView, kOwn + kMore> Join(const std::array<LabelView, kOwn>& own,
                                         const std::array<LabelView, kMore>& more) {
  return std::apply(
      [](const auto&... label) { return std::array<LabelView, kOwn + kMore>{label...}; },
      std::tuple_cat(own, more));
}

// --- The shapes.  Count(): series of one object, or of the histograms of any; Write(): samples ---

// One series.
template <typename Object>
struct One {
  double (*value)(const Scene&, const Object&);

  static constexpr std::size_t Count(const Object& /*object*/) { return 1; }
  template <typename Labels>
  void Write(const Scene& scene, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    writer.Sample(labels, value(scene, object));
  }
};

// One series of an object that has a value, else none.
template <typename Object>
struct AtMostOne {
  std::optional<double> (*value)(const Object&);

  constexpr std::size_t Count(const Object& object) const {
    return value(object).has_value() ? 1 : 0;
  }
  template <typename Labels>
  void Write(const Scene& /*scene*/, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    if (const auto number = value(object)) writer.Sample(labels, *number);
  }
};

// The same with a last label that says something of the value.
template <typename Object>
struct AtMostOneLabelled {
  std::optional<double> (*value)(const Object&);
  LabelView (*last_label)(const Object&);  // asked only where there is a value

  constexpr std::size_t Count(const Object& object) const {
    return value(object).has_value() ? 1 : 0;
  }
  template <typename Labels>
  void Write(const Scene& /*scene*/, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    const auto number = value(object);
    if (!number) return;
    writer.Sample(Join(labels, std::array<LabelView, 1>{last_label(object)}), *number);
  }
};

// One series for each part of an object, which the last label names, that has a value.
template <typename Object>
struct AtMostOneForEach {
  const std::vector<LabelValue>& (*names)(const Object&);
  std::optional<double> (*value)(const Object&, std::size_t part);

  constexpr std::size_t Count(const Object& object) const {
    std::size_t count = 0;
    for (std::size_t part = 0; part < names(object).size(); ++part) {
      if (value(object, part)) ++count;
    }
    return count;
  }
  template <typename Labels>
  void Write(const Scene& /*scene*/, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    const std::vector<LabelValue>& parts = names(object);
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const auto number = value(object, part);
      if (number) writer.Sample(Join(labels, std::array<LabelView, 1>{parts[part]}), *number);
    }
  }
};

// One series that is 1 and says something in its labels.
template <typename Object, std::size_t kLabels = 2>
struct Info {
  std::array<LabelView, kLabels> (*last_labels)(const Object&);

  static constexpr std::size_t Count(const Object& /*object*/) { return 1; }
  template <typename Labels>
  void Write(const Scene& /*scene*/, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    writer.Sample(Join(labels, last_labels(object)), 1);
  }
};

// One series for each value of the last label: 1 for the active one, 0 for the others.
template <typename Object>
struct States {
  std::span<const std::string_view> values;
  std::size_t (*active)(const Scene&, const Object&);

  constexpr std::size_t Count(const Object& /*object*/) const { return values.size(); }
  template <typename Labels>
  void Write(const Scene& scene, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    writer.StateSet(labels, values, active(scene, object));
  }
};

// Sets the numbers of an object, which are 0 before.
template <typename Object>
using FillNumbers = void (*)(const Scene&, const Object&, std::span<double> numbers);

// One series for each value of the last label.
template <typename Object>
struct OneEach {
  std::span<const std::string_view> values;
  FillNumbers<Object> fill;

  constexpr std::size_t Count(const Object& /*object*/) const { return values.size(); }
  template <typename Labels>
  void Write(const Scene& scene, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    scene.scratch.numbers.assign(values.size(), 0);
    fill(scene, object, scene.scratch.numbers);
    writer.Samples(labels, values, scene.scratch.numbers);
  }
};

// One series for each of the values that the object has.
template <typename Object>
struct OneEachOfSome {
  std::span<const std::string_view> (*values)(const Object&);
  FillNumbers<Object> fill;

  std::size_t Count(const Object& object) const { return values(object).size(); }
  template <typename Labels>
  void Write(const Scene& scene, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    const auto names = values(object);
    scene.scratch.numbers.assign(names.size(), 0);
    fill(scene, object, scene.scratch.numbers);
    writer.Samples(labels, names, scene.scratch.numbers);
  }
};

// The same of counters.
template <typename Object>
struct CounterEach {
  std::span<const std::string_view> values;
  FillNumbers<Object> fill;
  std::optional<WallTime> (*created_at)(const Object&);

  constexpr std::size_t Count(const Object& /*object*/) const { return values.size(); }
  template <typename Labels>
  void Write(const Scene& scene, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    scene.scratch.numbers.assign(values.size(), 0);
    fill(scene, object, scene.scratch.numbers);
    writer.Counters(labels, values, scene.scratch.numbers, created_at(object));
  }
};

// A histogram of every object, where the target has the option.
template <typename Object>
struct OptionalHistogram {
  bool ShownSettings::*option;
  HistogramView (*view)(const Scene&, const Object&);

  constexpr std::size_t Count(const SeriesScale& scale) const {
    return scale.options.shown.*option ? scale.histogram() : 0;
  }
  template <typename Labels>
  void Write(const Scene& scene, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    if (scene.target.options.shown.*option) writer.Histogram(labels, view(scene, object));
  }
};

// A histogram for each value of the last label.
template <typename Object>
struct HistogramEach {
  std::span<const std::string_view> values;
  HistogramView (*view)(const Scene&, const Object&, std::size_t value);

  constexpr std::size_t Count(const SeriesScale& scale) const {
    return values.size() * scale.histogram();
  }
  template <typename Labels>
  void Write(const Scene& scene, const Object& object, const Labels& labels,
             ExpositionWriter& writer) const {
    for (std::size_t value = 0; value < values.size(); ++value) {
      writer.Histogram(Join(labels, std::array<LabelView, 1>{values[value]}),
                       view(scene, object, value));
    }
  }
};

template <typename Shape>
inline constexpr bool kIsHistogram = false;
template <typename Object>
inline constexpr bool kIsHistogram<OptionalHistogram<Object>> = true;
template <typename Object>
inline constexpr bool kIsHistogram<HistogramEach<Object>> = true;

template <typename Object>
struct MetricRow {
  Metric metric;
  std::variant<One<Object>, AtMostOne<Object>, AtMostOneLabelled<Object>, AtMostOneForEach<Object>,
               Info<Object>, Info<Object, 3>, States<Object>, OneEach<Object>,
               OneEachOfSome<Object>, CounterEach<Object>, OptionalHistogram<Object>,
               HistogramEach<Object>>
      shape;
};

// All metrics of a kind of objects.
template <typename Object>
struct MetricTable {
  std::span<const MetricRow<Object>> rows;
  // Series of the histograms of an object: every one has as many.
  std::size_t (*count_histograms)(const SeriesScale&);
  // Its other series.
  std::size_t (*count_others)(const Object&);

  std::size_t Count(const Object& object, const SeriesScale& scale) const {
    return count_histograms(scale) + count_others(object);
  }
};

// The sum over rows of what `count` returns of their shapes.
template <const auto& kRows, typename Count>
constexpr std::size_t SumOverShapes(const Count& count) {
  return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    return (count(std::get<kRows[kIndex].shape.index()>(kRows[kIndex].shape)) + ...);
  }
  (std::make_index_sequence<kRows.size()>());
}

// The table of these rows.  The compiler knows them, so that an object is counted without a call
// for each: there may be a hundred thousand objects.
template <const auto& kRows, typename Object>
constexpr MetricTable<Object> TableOf() {
  return {.rows = kRows,
          .count_histograms =
              [](const SeriesScale& scale) {
                return SumOverShapes<kRows>([&]<typename Shape>(const Shape& shape) {
                  if constexpr (kIsHistogram<Shape>) return shape.Count(scale);
                  return std::size_t{0};
                });
              },
          .count_others =
              [](const Object& object) {
                return SumOverShapes<kRows>([&]<typename Shape>(const Shape& shape) {
                  if constexpr (!kIsHistogram<Shape>) return shape.Count(object);
                  return std::size_t{0};
                });
              }};
}

}  // namespace cckm
