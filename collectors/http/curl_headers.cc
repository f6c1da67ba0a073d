#include "collectors/http/curl_headers.h"

#include <string.h>  // explicit_bzero

#include "collectors/base/text.h"

namespace cckm {
namespace {

bool AppendToken(CurlList& headers, const Secret& token) {
  constexpr std::string_view kTruncated = "Authorization: Bearer ";
  std::string line;
  line.reserve(kTruncated.size() + token.Reveal().size());
  line.append(kTruncated).append(token.Reveal());
  const bool complete = headers.Append(line.c_str());
  explicit_bzero(line.data(), line.size());
  return complete;
}

}  // namespace

CurlList::~CurlList() {
  for (curl_slist* line = list_; line != nullptr; line = line->next) {
    explicit_bzero(line->data, strlen(line->data));
  }
  curl_slist_free_all(list_);
}

bool CurlList::Append(const char* line) {
  curl_slist* longer = curl_slist_append(list_, line);
  if (longer == nullptr) return false;
  list_ = longer;
  return true;
}

Result<HeaderList> MakeHeaders(const HeaderFields& fields, const std::string& host) {
  const Secret* token = fields.bearer_token.get();
  if (token != nullptr && !IsVisibleAscii(token->Reveal())) {
    return Fail(ErrorKind::kInternal,
                "the bearer token holds a character that no header can carry");
  }
  auto headers = std::make_shared<CurlList>();
  bool complete = headers->Append(("Host: " + host).c_str()) &&
                  headers->Append("Accept: application/json") &&
                  headers->Append("Accept-Encoding: identity");
  if (token != nullptr) complete = complete && AppendToken(*headers, *token);
  if (fields.has_body) {
    // Without an Expect header libcurl sends the body at once, whatever its size.
    complete =
        complete && headers->Append("Content-Type: application/json") && headers->Append("Expect:");
  }
  if (!complete) return Fail(ErrorKind::kInternal, "libcurl has no memory for a request's header");
  return headers;
}

}  // namespace cckm
