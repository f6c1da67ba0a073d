#include "collectors/decode/list_frame.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/decode/json_reader.h"

namespace cckm {
namespace {

namespace dom = simdjson::dom;

Result<std::optional<std::uint64_t>> ReadCount(dom::object list, std::string_view name) {
  const auto member = Member(list, name);
  if (!member) return std::optional<std::uint64_t>();
  std::uint64_t count = 0;
  if (member->get(count) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kSchema, std::string(name) + " is not a whole number from 0 upwards");
  }
  return std::optional(count);
}

// The scheduler's lists are asked for as a whole with the limit -1, and say so.
bool HasNoLimit(dom::object list) {
  const auto member = Member(list, "limit");
  std::int64_t limit = 0;
  return member && member->get(limit) == simdjson::SUCCESS && limit == -1;
}

}  // namespace

std::optional<dom::array> Resources(dom::object list) {
  const auto member = Member(list, "resources");
  dom::array resources;
  if (!member || member->get(resources) != simdjson::SUCCESS) return std::nullopt;
  return resources;
}

bool HasNullResources(dom::object list) {
  const auto member = list.at_key("resources");
  return member.error() == simdjson::SUCCESS && member.value_unsafe().is_null();
}

Result<PageFrame> ReadPageFrame(dom::object list) {
  const auto skip = ReadCount(list, "skip");
  const auto limit = HasNoLimit(list) ? std::optional<std::uint64_t>() : ReadCount(list, "limit");
  const auto total = ReadCount(list, "total");
  for (const auto* count : {&skip, &limit, &total}) {
    if (!*count) return tl::make_unexpected(count->error());
  }
  return PageFrame{.skip = *skip, .total = *total};
}

}  // namespace cckm
