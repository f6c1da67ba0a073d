#include "tests/simulator/api_error.h"

#include <nlohmann/json.hpp>

namespace cckm::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kForbiddenCode = 6;
constexpr int kConflictCode = 10;
constexpr int kMethodCode = 14;
constexpr int kFaultCode = 1;

Response Error(int status, int code, std::string_view description, std::string_view message = {},
               std::string_view request_id = {}) {
  Json body = {{"code", code}, {"codeDesc", description}};
  if (!message.empty()) body["message"] = message;
  if (!request_id.empty()) body["requestID"] = request_id;
  return {status, body.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
}

}  // namespace

Response NotFound() { return Error(404, 16, "NCERRResourceNotFound: Resource not found"); }

Response Unauthorized(std::string_view message, std::string_view request_id) {
  return Error(401, 5, "NCERRUnauthorizedAccess", message, request_id);
}

Response Forbidden() {
  return Error(403, kForbiddenCode, "NCERRForbidden", "The user may not do this.");
}

Response BadRequest(std::string_view message) { return Error(400, 15, "NCERRBadRequest", message); }

Response InvalidValue(std::string_view message) {
  return Error(400, 9, "NCERRInvalidParamValue", message);
}

Response Conflict(std::string_view message) {
  return Error(409, kConflictCode, "NCERRConflict", message);
}

Response MethodNotAllowed(std::string_view allow) {
  Response response = Error(405, kMethodCode, "NCERRMethodNotAllowed", "Method not allowed.");
  response.allow = allow;
  return response;
}

Response Fault(int status) {
  return Error(status, kFaultCode, "NCERRInternalServerError", "A fault that was asked for.");
}

}  // namespace cckm::simulator
