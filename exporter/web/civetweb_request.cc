#include "exporter/web/civetweb_request.h"

#include <string_view>

namespace cckm {
namespace {

std::string_view HeaderOf(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value != nullptr ? std::string_view(value) : std::string_view();
}

// Whether there is a path that answers the method with something else than 405.
bool IsAnswered(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "POST" || method == "PUT";
}

std::string_view PathOf(const mg_request_info& request) {
  const std::string_view target(request.request_uri);
  return target.substr(0, target.find('?'));
}

}  // namespace

WebRequest ToWebRequest(const mg_connection* connection, const mg_request_info& request) {
  return {.method = request.request_method,
          .path = PathOf(request),
          .accept = HeaderOf(connection, "Accept"),
          .accept_encoding = HeaderOf(connection, "Accept-Encoding"),
          .authorization = HeaderOf(connection, "Authorization"),
          .peer = request.remote_addr,
          .is_tls = request.is_ssl != 0};
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
         request->request_uri != nullptr && request->request_uri[0] == '/' &&
         request->http_version != nullptr && request->num_headers == 0 &&
         !IsAnswered(request->request_method) &&
         !std::string_view(request->http_version).starts_with("HTTP/");
}

bool IsDropped(const mg_request_info* request) {
  return request != nullptr && request->request_uri != nullptr && request->local_uri == nullptr;
}

}  // namespace cckm
