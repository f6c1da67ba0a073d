#include "tests/simulator/list_query.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
namespace cckm::simulator {
namespace {

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The documentation writes the running state with an underscore and with a space.
bool SameWord(std::string_view left, std::string_view right) {
  const auto plain = [](char character) { return character == ' ' ? '_' : character; };
  return std::ranges::equal(left, right, {}, plain, plain);
}

bool Passes(const Refresh& refresh, const Family& family, const ListQuery& query, TimePoint now) {
  if (!query.id.empty() && refresh.id != query.id) return false;
  if (!query.overall_status.empty() &&
      !SameWord(OverallStatus(family, refresh, now), query.overall_status)) {
    return false;
  }
  return query.unit_id.empty() || std::ranges::any_of(refresh.runs, [&](const UnitRun& run) {
           return run.unit->id == query.unit_id;
         });
}

// DSM and external CM document no filter by domain, nor does Luna by partition.
bool HasUnitFilter(const Family& family) { return family.key_shape != KeyShape::kId; }

}  // namespace

tl::expected<Envelope, std::string> ParsePage(const Query& query) {
  const auto skip = ParseNumber(query.Find("skip").value_or("0"));
  if (!skip || *skip < 0) return tl::unexpected<std::string>("skip: a number from 0 on");
  const auto limit = ParseNumber(query.Find("limit").value_or("10"));
  if (!limit || *limit < -1) {
    return tl::unexpected<std::string>("limit: a number from 0 on, or -1 for everything");
  }
  return Envelope{static_cast<std::uint64_t>(*skip), *limit};
}

tl::expected<ListQuery, std::string> ParseListQuery(const Family& family, std::string_view text) {
  const Query query(text);
  const auto page = ParsePage(query);
  if (!page) return tl::unexpected(page.error());
  ListQuery list;
  list.envelope = *page;
  list.id = query.Find("id").value_or("");
  list.overall_status = query.Find("overall_status").value_or("");
  if (HasUnitFilter(family)) list.unit_id = query.Find(family.unit_field).value_or("");
  list.newest_first = family.sortable && query.Find("sort") == "-createdAt";
  return list;
}

std::vector<RefreshPtr> Filter(std::vector<RefreshPtr> refreshes, const Family& family,
                               const ListQuery& query, TimePoint now) {
  std::erase_if(refreshes,
                [&](const RefreshPtr& refresh) { return !Passes(*refresh, family, query, now); });
  if (query.newest_first) std::ranges::reverse(refreshes);
  return refreshes;
}

std::size_t PageSize(const Envelope& envelope) {
  return envelope.limit < 0 ? std::numeric_limits<std::size_t>::max()
                            : static_cast<std::size_t>(envelope.limit);
}

}  // namespace cckm::simulator
