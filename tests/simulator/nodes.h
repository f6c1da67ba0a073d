// The nodes of the simulated cluster: one appliance behind several addresses, each of which may be
// late, hang, fail or refuse.  Counts what each was asked for.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "tests/simulator/timestamp.h"

namespace cckm::simulator {

enum class NodeState {
  kUp,
  kHang,     // takes connections and requests, and never answers
  kRefuse,   // takes no connection
  kFailing,  // answers everything with one status
};

struct NodeCondition {
  NodeState state = NodeState::kUp;
  int status = 0;                   // only of kFailing
  std::chrono::nanoseconds lag{0};  // how old the refreshes and runs are that it shows
};

struct NodeSettings {
  std::size_t count = 1;
  std::chrono::nanoseconds replication_lag{0};  // of all but the first
};

class Nodes {
 public:
  // What was there at `start` is known to every node from then on.
  Nodes(const NodeSettings& settings, TimePoint start);

  std::size_t size() const { return size_; }

  // For these, node < size().
  NodeCondition ConditionOf(std::size_t node) const;
  void SetState(std::size_t node, NodeState state, int status);
  void SetLag(std::size_t node, std::chrono::nanoseconds lag);
  void SetAddress(std::size_t node, const std::string& address);
  // A request of the API reached it.
  void NoteRequest(std::size_t node, bool login);

  // The moment of which the node shows refreshes and runs.
  TimePoint SeenBy(std::size_t node, TimePoint now) const;

  // Whether any other node takes connections.
  bool AnotherListens(std::size_t node) const;

  // One JSON array: of each node its number, address, state, status, lag_seconds, requests and
  // logins.
  std::string Render() const;

  // Forgets what was counted.
  void ClearCounts();

 private:
  struct Node {
    NodeCondition condition = {};
    std::string address = {};
    std::uint64_t requests = 0;  // with logins
    std::uint64_t logins = 0;    // whatever became of them
  };

  const std::size_t size_;
  const TimePoint start_;
  mutable std::mutex mutex_;
  std::vector<Node> nodes_;  // guarded by mutex_
};

}  // namespace cckm::simulator
