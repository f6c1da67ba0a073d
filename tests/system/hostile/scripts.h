// Scripts for an Upstream, made of parts.
//
// Thread-safety: pure functions; what they return may be called from any thread.

#pragma once

#include <functional>
#include <string>

#include "tests/system/hostile/upstream.h"

namespace cckm {

// Gives the answer to one request.  False: the connection is over.
using Reply = std::function<bool(Visit&, const Request&)>;

// What happens behind the bytes of an answer.
enum class After { kGoOn, kClose, kReset, kHang };

Reply Bytes(std::string bytes, After after = After::kGoOn);
// An answer with status 200 and a JSON content type.
Reply Json(const std::string& body);
// The honest answer.
bool Honestly(Visit& visit, const Request& request);

// Logins are answered honestly, requests for a refresh by `reply`; or the other way round.
Script OnPoll(Reply reply);
Script OnLogin(Reply reply);
Script OnEveryRequest(Reply reply);

}  // namespace cckm
