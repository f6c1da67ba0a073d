#include "exporter/web/negotiation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/base/text.h"
#include "exporter/web/server/http_words.h"

namespace cckm {
namespace {

struct Parameter {
  std::string_view name;
  std::string_view value;
};

// An item of a list in which each may have parameters and a quality.
struct Item {
  std::string_view value;
  std::vector<Parameter> parameters;
  double quality = 1;
};

std::optional<double> ReadQuality(std::string_view text) {
  double quality = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), quality, std::chars_format::fixed);
  const bool is_read = error == std::errc() && end == text.data() + text.size();
  // The form also rules out NaN.
  return is_read && quality >= 0 && quality <= 1 ? std::optional(quality) : std::nullopt;
}

// None if its quality cannot be read.
std::optional<Item> ReadItem(std::string_view text) {
  Item item;
  item.value = TakePart(text, ';');
  while (!text.empty()) {
    std::string_view value = TakePart(text, ';');
    const std::string_view name = TakePart(value, '=');
    value = Trim(value, kBlanks);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (!EqualsWithoutCase(name, "q")) {
      item.parameters.push_back({name, value});
      continue;
    }
    const auto quality = ReadQuality(value);
    if (!quality) return std::nullopt;
    item.quality = *quality;
  }
  return item;
}

std::vector<Item> ReadList(std::string_view header) {
  std::vector<Item> items;
  while (!header.empty()) {
    if (auto item = ReadItem(TakePart(header, ','))) items.push_back(std::move(*item));
  }
  return items;
}

// A format as Accept names it.  Parameters that are not here, as charset and escaping, do not
// matter.
struct Offer {
  ChosenFormat format;
  std::string_view type;
  std::string_view subtype;
  std::array<Parameter, 2> parameters;
  bool has_to_be_named = false;  // with its parameters
};

constexpr ChosenFormat Usual(ExpositionFormat format) { return {format, ContentTypeOf(format)}; }

// OpenMetrics 0.0.1 is the draft of 1.0.0, which says the same in other words.
constexpr ChosenFormat kDraftOfOpenMetrics = {
    ExpositionFormat::kOpenMetrics, "application/openmetrics-text; version=0.0.1; charset=utf-8"};

constexpr std::array kOffers = {
    Offer{Usual(ExpositionFormat::kText), "text", "plain", {{{"version", "0.0.4"}}}},
    Offer{Usual(ExpositionFormat::kOpenMetrics),
          "application",
          "openmetrics-text",
          {{{"version", "1.0.0"}}}},
    Offer{kDraftOfOpenMetrics, "application", "openmetrics-text", {{{"version", "0.0.1"}}}, true},
    Offer{Usual(ExpositionFormat::kProtobuf),
          "application",
          "vnd.google.protobuf",
          {{{"proto", "io.prometheus.client.MetricFamily"}, {"encoding", "delimited"}}}}};

bool Allows(const Item& item, const Offer& offer) {
  return std::ranges::all_of(item.parameters, [&offer](const Parameter& asked) {
    return std::ranges::all_of(offer.parameters, [&asked](const Parameter& offered) {
      return !EqualsWithoutCase(asked.name, offered.name) ||
             EqualsWithoutCase(asked.value, offered.value);
    });
  });
}

constexpr int kByNameAndParameters = 4;

// How exactly the item names the offer: 0 not at all, 1 as */*, 2 by its type, 3 by name, or by
// name and parameters.
int Exactness(const Item& item, const Offer& offer) {
  std::string_view subtype = item.value;
  const std::string_view type = TakePart(subtype, '/');
  if (type == "*" && subtype == "*") return 1;
  if (!EqualsWithoutCase(type, offer.type)) return 0;
  if (subtype == "*") return 2;
  if (!EqualsWithoutCase(subtype, offer.subtype) || !Allows(item, offer)) return 0;
  return item.parameters.empty() ? 3 : kByNameAndParameters;
}

struct Preference {
  double quality = 0;
  int exactness = 0;
  std::ptrdiff_t later = 0;  // the negative position of the item: the first is liked best

  friend auto operator<=>(const Preference&, const Preference&) = default;
};

// By the item that names the offer most exactly.
Preference PreferenceFor(const Offer& offer, const std::vector<Item>& items) {
  Preference preference;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const int exactness = Exactness(items[i], offer);
    if (exactness <= preference.exactness) continue;
    if (offer.has_to_be_named && exactness < kByNameAndParameters) continue;
    preference = {items[i].quality, exactness, -static_cast<std::ptrdiff_t>(i)};
  }
  return preference;
}

}  // namespace

ChosenFormat ChooseFormat(std::string_view accept) {
  const std::vector<Item> items = ReadList(accept);
  ChosenFormat best = kOffers.front().format;
  Preference best_preference;
  for (const Offer& offer : kOffers) {
    const Preference preference = PreferenceFor(offer, items);
    if (preference.quality <= 0 || !(preference > best_preference)) continue;
    best = offer.format;
    best_preference = preference;
  }
  return best;
}

Encoding ChooseEncoding(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> identity;
  std::optional<double> any;
  for (const Item& item : ReadList(accept_encoding)) {
    const auto is = [&item](std::string_view name) { return EqualsWithoutCase(item.value, name); };
    if (is("gzip") || is("x-gzip")) gzip = item.quality;
    if (is("identity")) identity = item.quality;
    if (item.value == "*") any = item.quality;
  }
  const double quality = gzip.value_or(any.value_or(0));
  const bool is_liked = quality > 0 && quality >= identity.value_or(0);
  return is_liked ? Encoding::kGzip : Encoding::kIdentity;
}

}  // namespace cckm
