#include "tests/simulator/cluster.h"

#include <utility>

namespace cckm::simulator {

Cluster::Cluster(std::vector<ServerSettings> settings, Nodes& nodes, Server::Handler handler,
                 Server::WallClock clock)
    : settings_(std::move(settings)),
      nodes_(&nodes),
      handler_(std::move(handler)),
      clock_(std::move(clock)),
      servers_(settings_.size()) {}

tl::expected<Cluster, std::string> Cluster::Start(std::vector<ServerSettings> settings,
                                                  Nodes& nodes, Server::Handler handler,
                                                  Server::WallClock clock) {
  Cluster cluster(std::move(settings), nodes, std::move(handler), std::move(clock));
  for (std::size_t node = 0; node < cluster.settings_.size(); ++node) {
    if (auto listening = cluster.Listen(node); !listening) {
      return tl::unexpected(std::move(listening).error());
    }
    const ServerSettings& own = cluster.settings_[node];
    nodes.SetAddress(
        node, (own.tls ? "https://" : "http://") + own.host + ':' + std::to_string(own.port));
  }
  return cluster;
}

void Cluster::Follow() {
  for (std::size_t node = 0; node < servers_.size(); ++node) {
    const bool refuses = nodes_->ConditionOf(node).state == NodeState::kRefuse;
    if (refuses) {
      servers_[node].reset();
    } else if (!servers_[node]) {
      static_cast<void>(Listen(node));
    }
  }
}

tl::expected<void, std::string> Cluster::Listen(std::size_t node) {
  settings_[node].node = node;
  auto server = Server::Start(settings_[node], handler_, clock_);
  if (!server) return tl::unexpected(std::move(server).error());
  settings_[node].port = (*server)->port();
  servers_[node] = *std::move(server);
  return {};
}

}  // namespace cckm::simulator
