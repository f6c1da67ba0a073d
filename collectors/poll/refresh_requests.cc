#include "collectors/poll/refresh_requests.h"

#include <string>
#include <utility>

#include "collectors/poll/repeated_answers.h"

namespace cckm {
namespace {

// True for one that carries its id, or that carries the same in its place as the response before
// and came as the first one on its connection.
bool IsOwn(Watched& watched, const Refresh& refresh) {
  if (refresh.told_id == watched.id) {
    watched.other_id.reset();
    return true;
  }
  const bool says_the_same_again = watched.on_new_connection && watched.other_id == refresh.told_id;
  watched.other_id = refresh.told_id;
  return says_the_same_again;
}

}  // namespace

RefreshRequests::RefreshRequests(const Family& family, const RefreshReader& reader,
                                 const Clock& clock, const Replication& replication,
                                 Watchlist& watched, RefreshTracker& tracker,
                                 PollUpdateBuilder& update)
    : family_(family),
      reader_(reader),
      clock_(clock),
      replication_(replication),
      watched_(watched),
      tracker_(tracker),
      update_(update) {}

PollRequest RefreshRequests::RequestFor(RequestTag tag) {
  Watched& watched = watched_[tag.refresh];
  watched.on_new_connection = watched.needs_new_connection || watched.other_id;
  std::string path(family_.path);
  path.append("/").append(watched.id);
  return {std::move(path), tag, watched.on_new_connection};
}

void RefreshRequests::OnNoResponse(RefreshIndex index) {
  if (watched_[index].is_leaving) return;
  watched_[index].fingerprint = {};
  RefreshAnswer answer;
  answer.refresh.id = watched_[index].id;
  update_.AddAnswer(std::move(answer));
}

ResponseUse RefreshRequests::OnResponse(RefreshIndex index, const HttpResult& response) {
  Watched& watched = watched_[index];
  if (watched.is_leaving) return {.is_usable = reader_.HasUsableBody(response)};
  if (Repeats(watched, response)) {
    watched.needs_new_connection = false;
    tracker_.TakeRepeated(index);
    return {.is_usable = true};
  }
  watched.fingerprint = {};
  RefreshAnswer answer;
  answer.refresh.id = watched.id;
  const ResponseUse use = ReadRefresh(watched, response, answer);
  watched.needs_new_connection = use.is_requested_again;
  if (use.is_requested_again) return use;
  if (answer.kind == RefreshAnswer::Kind::kRefresh) {
    tracker_.Take(index, std::move(answer.refresh), FingerprintOf(reader_.UsableBodyOf(response)));
  } else {
    update_.AddAnswer(std::move(answer));
  }
  return use;
}

bool RefreshRequests::Repeats(const Watched& watched, const HttpResult& response) const {
  if (!response.answer || response.answer->body.size() != watched.fingerprint.size) return false;
  return RepeatsAnswer(reader_.UsableBodyOf(response), watched,
                       {.now = clock_.SteadyNow(), .latest_time = reader_.LatestTimeIn(response)});
}

ResponseUse RefreshRequests::ReadRefresh(Watched& watched, const HttpResult& response,
                                         RefreshAnswer& answer) {
  if (reader_.SaysNotFound(response)) return ReadNotFound(watched, answer);
  Decoded<Refresh> refresh = reader_.ReadRefresh(response, watched.id);
  if (!refresh) {
    update_.CountError(refresh.error().error);
    if (refresh.error().anomaly) answer.refresh.anomalies.Add(*refresh.error().anomaly);
    return {.is_own = !reader_.HasUsableBody(response)};
  }
  if (!IsOwn(watched, *refresh)) {
    update_.CountError(
        {ErrorKind::kSchema,
         "the answer does not carry the id asked for and may belong to another request"});
    return {.is_own = false, .is_requested_again = !watched.on_new_connection};
  }
  watched.is_deleted = false;
  answer.kind = RefreshAnswer::Kind::kRefresh;
  answer.refresh = std::move(*refresh);
  return {.is_usable = true};
}

// The body of a 404 carries no id.
ResponseUse RefreshRequests::ReadNotFound(Watched& watched, RefreshAnswer& answer) {
  if (!watched.is_deleted && !watched.on_new_connection) {
    return {.is_own = false, .is_requested_again = true};
  }
  watched.is_deleted = true;
  const bool is_gone = replication_.MayBelieveAbsence(watched.told_by);
  answer.kind = is_gone ? RefreshAnswer::Kind::kNotFound : RefreshAnswer::Kind::kBehind;
  return {.is_not_found = true, .is_gone = is_gone};
}

}  // namespace cckm
