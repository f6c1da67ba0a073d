#include "exporter/web/server/civetweb_request.h"

#include <string_view>

#include "exporter/web/server/http_words.h"
#include "exporter/web/server/request_head.h"
#include "exporter/web/server/request_target.h"

namespace cckm {
namespace {

// The values of all lines of a header whose value is a list (RFC 9110 section 5.3).
std::string ListOf(const mg_request_info& request, std::string_view name) {
  std::string list;
  for (const std::string_view value : ValuesOf(request, name)) {
    if (!list.empty()) list.append(", ");
    list.append(value);
  }
  return list;
}

// The value of the first line.
std::string_view FirstOf(const mg_request_info& request, std::string_view name) {
  const auto values = ValuesOf(request, name);
  return values.empty() ? std::string_view() : Trim(values.front(), kBlanks);
}

// Whether there is a path that answers the method with something else than 405.
bool IsAnswered(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "POST" || method == "PUT";
}

}  // namespace

WebRequest ToWebRequest(const mg_request_info& request) {
  const RequestTarget target =
      ParseRequestTarget(request.request_uri).value_or(RequestTarget{{}, {}});
  return {.method = request.request_method,
          .path = target.path,
          .accept = ListOf(request, "Accept"),
          .accept_encoding = ListOf(request, "Accept-Encoding"),
          .authorization = FirstOf(request, "Authorization"),
          .peer = request.remote_addr,
          .host = target.authority.empty() ? FirstOf(request, "Host") : target.authority,
          .origin = ListOf(request, "Origin"),
          .fetch_site = ListOf(request, "Sec-Fetch-Site")};
}

ConnectionSocket SocketOf(const mg_request_info& request, int number) {
  return {.number = number,
          .peer_address = request.remote_addr,
          .peer_port = request.remote_port,
          .port = request.server_port};
}

bool IsHead(const mg_request_info* request) {
  return request != nullptr && request->request_method != nullptr &&
         std::string_view(request->request_method) == "HEAD";
}

// civetweb gives up on a method that it does not know after it has read the request line and before
// it reads the headers.  Of its other reasons for 400, a version that does not begin with HTTP/
// looks the same; it knows these methods, so with one of them that was the reason.
bool IsOfUnknownMethod(int status, const mg_request_info* request) {
  return status == 400 && request != nullptr && request->request_method != nullptr &&
         request->request_uri != nullptr && request->http_version != nullptr &&
         request->num_headers == 0 && !IsAnswered(request->request_method) &&
         !std::string_view(request->http_version).starts_with("HTTP/") &&
         ParseRequestTarget(request->request_uri);
}

bool IsOfUnreadTarget(int status, std::string_view message, const mg_request_info* request) {
  return status == 400 && message == "Invalid URI" && request != nullptr &&
         request->request_method != nullptr && request->request_uri != nullptr &&
         request->http_version != nullptr;
}

bool IsDropped(const mg_request_info* request) {
  return request != nullptr && request->request_uri != nullptr && request->local_uri == nullptr;
}

}  // namespace cckm
