#include "exporter/web/request_framing.h"

#include <strings.h>

#include <algorithm>
#include <string_view>

namespace cckm {
namespace {

constexpr int kBadRequest = 400;
constexpr int kTooManyHeaders = 431;

struct HeaderCounts {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  bool has_body = false;
  bool is_upgrade = false;
};

bool IsNamed(const mg_header& header, const char* name) {
  return ::strcasecmp(header.name, name) == 0;
}

HeaderCounts Count(const mg_request_info& request) {
  HeaderCounts counts;
  for (int i = 0; i < request.num_headers; ++i) {
    const mg_header& header = request.http_headers[i];
    if (IsNamed(header, "Host")) ++counts.hosts;
    if (IsNamed(header, "Upgrade")) counts.is_upgrade = true;
    if (IsNamed(header, "Content-Length")) {
      ++counts.lengths;
      counts.has_body |= std::string_view(header.value) != "0";
    }
    if (IsNamed(header, "Transfer-Encoding")) {
      ++counts.encodings;
      counts.has_body = true;
    }
  }
  return counts;
}

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view entry = list.substr(0, comma);
    entry.remove_prefix(std::min(entry.find_first_not_of(" \t"), entry.size()));
    entry = entry.substr(0, entry.find_last_not_of(" \t") + 1);
    if (entry.size() == token.size() &&
        ::strncasecmp(entry.data(), token.data(), token.size()) == 0) {
      return true;
    }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool IsVersion11(const mg_request_info& request) {
  return std::string_view(request.http_version) == "1.1";
}

// civetweb decides by the first Connection header; a `close` in a further one counts here too.
bool WantsKeepAlive(const mg_request_info& request) {
  const mg_header* first = nullptr;
  for (int i = 0; i < request.num_headers; ++i) {
    const mg_header& header = request.http_headers[i];
    if (!IsNamed(header, "Connection")) continue;
    if (HasToken(header.value, "close")) return false;
    if (first == nullptr) first = &header;
  }
  return first == nullptr ? IsVersion11(request) : HasToken(first->value, "keep-alive");
}

}  // namespace

RequestFraming JudgeFraming(const mg_request_info& request) {
  if (request.num_headers >= MG_MAX_HEADERS) return {kTooManyHeaders, false};
  const HeaderCounts counts = Count(request);
  if (counts.lengths + counts.encodings > 1) return {kBadRequest, false};
  if (counts.hosts > 1 || (counts.hosts == 0 && IsVersion11(request))) return {kBadRequest, false};
  if (request.request_uri[0] != '/') return {kBadRequest, false};
  return {0, !counts.has_body && !counts.is_upgrade && WantsKeepAlive(request)};
}

}  // namespace cckm
