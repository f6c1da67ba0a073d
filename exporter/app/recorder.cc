#include "exporter/app/recorder.h"

#include <utility>
#include <vector>

namespace cckm {

void Recorder::OnUpdate(PollUpdate update) {
  std::vector<FinishedRefresh> settled;
  for (const RefreshAnswer& answer : update.answers) {
    if (answer.settled) settled.push_back({.refresh = &answer.refresh});
  }
  Result<std::vector<bool>> is_new = parts_.ledger.Commit(update.target, *update.family, settled);
  // The one ledger there is keeps its rows in memory and cannot fail.
  if (!is_new) is_new = std::vector<bool>(settled.size(), false);
  parts_.self_metrics.Count(update);
  for (const NewAnomalies& found : parts_.state.Apply(update, *is_new)) {
    parts_.self_metrics.Count(update.target, *update.family, found.kinds);
    parts_.events.OnAnomalies(update, found);
  }
  parts_.events.OnUpdate(update, *is_new);
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

void Recorder::OnLogin(const LoginUpdate& update) {
  parts_.self_metrics.Count(update);
  parts_.state.Apply(update);
  parts_.events.OnLogin(update);
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

}  // namespace cckm
