#include "exporter/web/server/request_framing.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "collectors/base/text.h"
#include "exporter/web/server/http_words.h"
#include "exporter/web/server/request_head.h"
#include "exporter/web/server/request_target.h"

namespace cckm {
namespace {

constexpr int kBadRequest = 400;
constexpr int kExpectationFailed = 417;
constexpr int kTooManyHeaders = 431;

using Values = std::vector<std::string_view>;

bool IsNumber(std::string_view text) {
  const std::string_view digits = Trim(text, kBlanks);
  return !digits.empty() && digits.find_first_not_of(kDigits) == std::string_view::npos;
}

bool HasOther(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::string_view entry = TakePart(list, ',');
    if (!entry.empty() && !EqualsWithoutCase(entry, word)) return true;
  }
  return false;
}

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (EqualsWithoutCase(TakePart(list, ','), token)) return true;
  }
  return false;
}

bool IsVersion11(const mg_request_info& request) {
  return std::string_view(request.http_version) == "1.1";
}

// civetweb decides by the first Connection header; a `close` in a further one counts here too.
bool WantsKeepAlive(const mg_request_info& request) {
  const Values lines = ValuesOf(request, "Connection");
  const auto closes = [](std::string_view line) { return HasToken(line, "close"); };
  if (std::ranges::any_of(lines, closes)) return false;
  return lines.empty() ? IsVersion11(request) : HasToken(lines.front(), "keep-alive");
}

bool IsAmbiguous(const mg_request_info& request, const Values& lengths, const Values& encodings) {
  const std::size_t hosts = ValuesOf(request, "Host").size();
  return lengths.size() + encodings.size() > 1 || !std::ranges::all_of(lengths, IsNumber) ||
         hosts > 1 || (hosts == 0 && IsVersion11(request));
}

}  // namespace

RequestFraming JudgeFraming(const mg_request_info& request) {
  if (request.num_headers >= MG_MAX_HEADERS) return {kTooManyHeaders, false};
  if (!IsStrictHead(request)) return {kBadRequest, false};
  const Values lengths = ValuesOf(request, "Content-Length");
  const Values encodings = ValuesOf(request, "Transfer-Encoding");
  if (IsAmbiguous(request, lengths, encodings)) return {kBadRequest, false};
  if (!ParseRequestTarget(request.request_uri)) return {kBadRequest, false};
  const auto expects_more = [](std::string_view line) { return HasOther(line, "100-continue"); };
  const auto has_bytes = [](std::string_view length) { return Trim(length, kBlanks) != "0"; };
  if (std::ranges::any_of(ValuesOf(request, "Expect"), expects_more)) {
    return {kExpectationFailed, false};
  }
  const bool has_body = !encodings.empty() || std::ranges::any_of(lengths, has_bytes);
  return {0, !has_body && ValuesOf(request, "Upgrade").empty() && WantsKeepAlive(request)};
}

}  // namespace cckm
