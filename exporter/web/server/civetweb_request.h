// What civetweb knows of a request, in our words.
//
// Used by http_server.cc.  Thread-safety: called by the thread that serves the connection.

#pragma once

#include <civetweb.h>

#include <string_view>

#include "exporter/web/server/server_sockets.h"
#include "exporter/web/server/web_request.h"

namespace cckm {

// Valid as long as civetweb's request.  REQUIRES: the target can be read (request_target.h).
WebRequest ToWebRequest(const mg_request_info& request);

// Whose request it is; `number` is that of the socket, or -1.
ConnectionSocket SocketOf(const mg_request_info& request, int number);

// `request` may be null.
bool IsHead(const mg_request_info* request);

// Whether civetweb's error `status` means a method that it does not know; then there is a request
// line and there are no headers.
bool IsOfUnknownMethod(int status, const mg_request_info* request);

// Whether civetweb's error means a target that it does not read; then the head was read whole.
bool IsOfUnreadTarget(int status, std::string_view message, const mg_request_info* request);

// Whether civetweb drops the request without a word, as it does where the target is `*` or names
// another port; then the head was read whole.
bool IsDropped(const mg_request_info* request);

}  // namespace cckm
