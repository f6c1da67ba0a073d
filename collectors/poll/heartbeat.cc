#include "collectors/poll/heartbeat.h"

#include <string>

namespace cckm {

PollRequest Heartbeat::RequestFor(RequestTag tag) const {
  return {std::string(family_.path) + "?skip=0&limit=1", tag, on_new_connection_};
}

ResponseUse Heartbeat::OnResponse(const HttpResult& response, bool may_repeat) {
  const bool is_not_found = reader_.SaysNotFound(response);
  const Decoded<RefreshPage> page = reader_.ReadPage(response);
  const bool is_odd = page ? page->is_single_job || page->frame.skip.value_or(0) != 0
                           : is_not_found && !availability_.IsNotFound();
  if (is_odd && !on_new_connection_ && may_repeat) {
    on_new_connection_ = true;
    return {.is_own = false, .is_requested_again = true};
  }
  if (is_not_found) {
    availability_.SetNotFound();
    return {};
  }
  if (!page) {
    availability_.ForgetAbsence();
    update_.CountError(page.error().error);
    return {.is_own = !reader_.HasUsableBody(response)};
  }
  availability_.SetFound();
  if (page->frame.total) availability_.SetLength(page->frame.total);
  return {.is_usable = true};
}

}  // namespace cckm
