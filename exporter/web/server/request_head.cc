#include "exporter/web/server/request_head.h"

#include <cstddef>
#include <cstring>
#include <span>

#include "collectors/base/text.h"
#include "exporter/web/server/http_words.h"

namespace cckm {
namespace {

// Of the CR LF that ends a line.
constexpr std::ptrdiff_t kLineEnd = 2;
constexpr std::ptrdiff_t kVersionPrefix = 5;  // HTTP/

std::span<const mg_header> HeadersOf(const mg_request_info& request) {
  return {request.http_headers, static_cast<std::size_t>(request.num_headers)};
}

// The NUL in the place of the delimiter behind a part.
const char* EndOf(const char* part) { return part + std::strlen(part); }

// Where civetweb has looked for a query, a NUL stands in the place of its question mark.  Otherwise
// it shows the query of a former request.
const char* EndOfTarget(const mg_request_info& request) {
  const bool has_query = request.local_uri != nullptr && request.query_string != nullptr;
  return EndOf(has_query ? request.query_string : request.request_uri);
}

bool IsStrictRequestLine(const mg_request_info& request) {
  return EndOf(request.request_method) + 1 == request.request_uri &&
         EndOfTarget(request) + 1 == request.http_version - kVersionPrefix;
}

// Where a blank stood before the colon there are two NULs behind the name.
bool IsStrictField(const mg_header& header) {
  const char* colon = EndOf(header.name);
  const bool has_blank = colon + 1 < header.value && colon[1] == '\0';
  return IsToken(header.name) && !has_blank;
}

// Of the empty line behind the last field civetweb overwrites the LF; where there is no field it
// overwrites both.
bool IsStrictEnd(const char* end, bool has_fields) {
  const char kept = has_fields ? '\r' : '\0';
  return end[1] == '\0' && end[2] == kept && end[3] == '\0';
}

}  // namespace

std::vector<std::string_view> ValuesOf(const mg_request_info& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const mg_header& header : HeadersOf(request)) {
    if (EqualsWithoutCase(header.name, name)) values.emplace_back(header.value);
  }
  return values;
}

bool IsStrictHead(const mg_request_info& request) {
  if (!IsStrictRequestLine(request)) return false;
  const char* end = EndOf(request.http_version);
  for (const mg_header& header : HeadersOf(request)) {
    if (header.name != end + kLineEnd || !IsStrictField(header)) return false;
    end = EndOf(header.value);
  }
  return IsStrictEnd(end, request.num_headers > 0);
}

bool MayBeStale(const mg_request_info& request, const char*& buffer) {
  constexpr std::string_view kEmptyLine = "\r\n";
  const char* begin = request.request_method;
  if (buffer == nullptr || begin < buffer) buffer = begin;
  if (begin == buffer) return false;
  return static_cast<std::size_t>(begin - buffer) != kEmptyLine.size() ||
         std::string_view(buffer, kEmptyLine.size()) != kEmptyLine;
}

}  // namespace cckm
