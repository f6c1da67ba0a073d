#include "tests/system/hostile/scripts.h"

#include <utility>

namespace cckm {
namespace {

Script OnSome(Reply reply, std::function<bool(const Request&)> is_met) {
  return [reply = std::move(reply), is_met = std::move(is_met)](Visit& visit) {
    while (const auto request = visit.ReadRequest()) {
      const bool goes_on = is_met(*request) ? reply(visit, *request) : Honestly(visit, *request);
      if (!goes_on) return;
    }
  };
}

}  // namespace

Reply Bytes(std::string bytes, After after) {
  return [bytes = std::move(bytes), after](Visit& visit, const Request&) {
    const bool is_sent = visit.wire.Send(bytes);
    if (after == After::kReset) visit.wire.CloseWillReset();
    if (after == After::kHang) visit.wire.Hang();
    return is_sent && after == After::kGoOn;
  };
}

Reply Json(const std::string& body) { return Bytes(HttpText("200 OK", kJsonType, body)); }

bool Honestly(Visit& visit, const Request& request) {
  return visit.wire.Send(visit.appliance.Answer(request));
}

Script OnPoll(Reply reply) {
  return OnSome(std::move(reply), [](const Request& request) { return !request.IsLogin(); });
}

Script OnLogin(Reply reply) { return OnSome(std::move(reply), &Request::IsLogin); }

Script OnEveryRequest(Reply reply) {
  return OnSome(std::move(reply), [](const Request&) { return true; });
}

}  // namespace cckm
