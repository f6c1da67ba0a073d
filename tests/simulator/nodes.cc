#include "tests/simulator/nodes.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

namespace cckm::simulator {
namespace {

std::string_view WordOf(NodeState state) {
  switch (state) {
    case NodeState::kUp:
      return "up";
    case NodeState::kHang:
      return "hang";
    case NodeState::kRefuse:
      return "refuse";
    case NodeState::kFailing:
      break;
  }
  return "failing";
}

}  // namespace

Nodes::Nodes(const NodeSettings& settings, TimePoint start)
    : size_(settings.count), start_(start), nodes_(settings.count) {
  for (std::size_t node = 1; node < size_; ++node) {
    nodes_[node].condition.lag = settings.replication_lag;
  }
}

NodeCondition Nodes::ConditionOf(std::size_t node) const {
  const std::lock_guard lock(mutex_);
  return nodes_[node].condition;
}

void Nodes::SetState(std::size_t node, NodeState state, int status) {
  const std::lock_guard lock(mutex_);
  nodes_[node].condition.state = state;
  nodes_[node].condition.status = status;
}

void Nodes::SetLag(std::size_t node, std::chrono::nanoseconds lag) {
  const std::lock_guard lock(mutex_);
  nodes_[node].condition.lag = lag;
}

void Nodes::SetAddress(std::size_t node, const std::string& address) {
  const std::lock_guard lock(mutex_);
  nodes_[node].address = address;
}

void Nodes::NoteRequest(std::size_t node, bool login) {
  const std::lock_guard lock(mutex_);
  ++nodes_[node].requests;
  if (login) ++nodes_[node].logins;
}

TimePoint Nodes::SeenBy(std::size_t node, TimePoint now) const {
  const auto lag = ConditionOf(node).lag;
  return lag.count() == 0 ? now : std::min(now, std::max(start_, now - lag));
}

bool Nodes::AnotherListens(std::size_t node) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t other = 0; other < size_; ++other) {
    if (other != node && nodes_[other].condition.state != NodeState::kRefuse) return true;
  }
  return false;
}

std::string Nodes::Render() const {
  const std::lock_guard lock(mutex_);
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const Node& node : nodes_) {
    array.push_back({{"node", array.size() + 1},
                     {"address", node.address},
                     {"state", WordOf(node.condition.state)},
                     {"status", node.condition.status},
                     {"lag_seconds", std::chrono::duration<double>(node.condition.lag).count()},
                     {"requests", node.requests},
                     {"logins", node.logins}});
  }
  return array.dump();
}

void Nodes::ClearCounts() {
  const std::lock_guard lock(mutex_);
  for (Node& node : nodes_) node.requests = node.logins = 0;
}

}  // namespace cckm::simulator
