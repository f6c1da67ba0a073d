#include "exporter/ledger/sqlite/checksum.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "collectors/base/fnv1a.h"

namespace cckm {
namespace {

using Checksum = Fnv1a<std::uint32_t>;

// A text or a blob.
void AddBytes(Checksum& checksum, sqlite3_value* value) {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_value_blob(value));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
  checksum.AddNumber(std::uint64_t{size});
  for (const std::uint8_t byte : std::span(data, data == nullptr ? 0 : size)) checksum.Add(byte);
}

void AddValue(Checksum& checksum, sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  checksum.Add(static_cast<std::uint8_t>(type));
  if (type == SQLITE_INTEGER) {
    checksum.AddNumber(static_cast<std::uint64_t>(sqlite3_value_int64(value)));
  } else if (type != SQLITE_NULL) {
    AddBytes(checksum, value);
  }
}

void RowChecksum(sqlite3_context* context, int count, sqlite3_value** values) {
  Checksum checksum;
  for (sqlite3_value* value : std::span(values, static_cast<std::size_t>(count))) {
    AddValue(checksum, value);
  }
  sqlite3_result_int(context, static_cast<std::int32_t>(checksum.hash()));
}

}  // namespace

int AddRowChecksum(sqlite3* handle) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  return sqlite3_create_function_v2(handle, "row_checksum", -1, kFlags, nullptr, &RowChecksum,
                                    nullptr, nullptr, nullptr);
}

}  // namespace cckm
