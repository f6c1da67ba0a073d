#include "exporter/web/server/request_framing.h"

#include <string_view>

#include "collectors/base/text.h"
#include "exporter/web/server/http_words.h"
#include "exporter/web/server/request_head.h"
#include "exporter/web/server/request_target.h"

namespace cckm {
namespace {

constexpr int kBadRequest = 400;
constexpr int kExpectationFailed = 417;
constexpr int kTooManyHeaders = 431;

// What the headers say that matters here.
struct HeaderFacts {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  bool has_body = false;
  bool has_bad_length = false;
  bool is_upgrade = false;
  bool expects_much = false;
};

bool IsNamed(const mg_header& header, std::string_view name) {
  return EqualsWithoutCase(header.name, name);
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

bool HasOther(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::string_view entry = TakePart(list, ',');
    if (!entry.empty() && !EqualsWithoutCase(entry, word)) return true;
  }
  return false;
}

void Note(const mg_header& header, HeaderFacts& facts) {
  const std::string_view value = Trim(header.value, kBlanks);
  if (IsNamed(header, "Host")) {
    ++facts.hosts;
  } else if (IsNamed(header, "Content-Length")) {
    ++facts.lengths;
    facts.has_body |= value != "0";
    facts.has_bad_length |= !IsNumber(value);
  } else if (IsNamed(header, "Transfer-Encoding")) {
    ++facts.encodings;
    facts.has_body = true;
  } else if (IsNamed(header, "Upgrade")) {
    facts.is_upgrade = true;
  } else if (IsNamed(header, "Expect")) {
    facts.expects_much |= HasOther(value, "100-continue");
  }
}

HeaderFacts FactsOf(const mg_request_info& request) {
  HeaderFacts facts;
  for (const mg_header& header : HeadersOf(request)) Note(header, facts);
  return facts;
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
  const mg_header* first = nullptr;
  for (const mg_header& header : HeadersOf(request)) {
    if (!IsNamed(header, "Connection")) continue;
    if (HasToken(header.value, "close")) return false;
    if (first == nullptr) first = &header;
  }
  return first == nullptr ? IsVersion11(request) : HasToken(first->value, "keep-alive");
}

bool IsAmbiguous(const mg_request_info& request, const HeaderFacts& facts) {
  return facts.lengths + facts.encodings > 1 || facts.has_bad_length || facts.hosts > 1 ||
         (facts.hosts == 0 && IsVersion11(request));
}

}  // namespace

RequestFraming JudgeFraming(const mg_request_info& request) {
  if (request.num_headers >= MG_MAX_HEADERS) return {kTooManyHeaders, false};
  if (!IsStrictHead(request)) return {kBadRequest, false};
  const HeaderFacts facts = FactsOf(request);
  if (IsAmbiguous(request, facts)) return {kBadRequest, false};
  if (!ParseRequestTarget(request.request_uri)) return {kBadRequest, false};
  if (facts.expects_much) return {kExpectationFailed, false};
  return {0, !facts.has_body && !facts.is_upgrade && WantsKeepAlive(request)};
}

}  // namespace cckm
