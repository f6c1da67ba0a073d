// The servers of the simulated cluster: one for each node, at an address of its own, with one
// handler behind them.
//
// Thread-safety: an object belongs to one thread; the handler is called from many at once.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "tests/simulator/nodes.h"
#include "tests/simulator/server.h"

namespace cckm::simulator {

class Cluster {
 public:
  // One server for each of the settings, whose `node` this sets by their order.  Tells the nodes
  // their addresses.  Borrows them.  REQUIRES: as many nodes as settings, at least one.  The error
  // says which address cannot be had.
  static tl::expected<Cluster, std::string> Start(std::vector<ServerSettings> settings,
                                                  Nodes& nodes, Server::Handler handler,
                                                  Server::WallClock clock);

  // Makes every node that is to refuse stop listening, and listen again at the same address
  // afterwards; one that cannot is tried again by the next call.  Stopping takes up to two seconds.
  void Follow();

  // Where the node listens, or did.
  std::uint16_t PortOf(std::size_t node) const { return settings_[node].port; }

 private:
  Cluster(std::vector<ServerSettings> settings, Nodes& nodes, Server::Handler handler,
          Server::WallClock clock);

  tl::expected<void, std::string> Listen(std::size_t node);

  std::vector<ServerSettings> settings_;
  Nodes* nodes_;
  Server::Handler handler_;
  Server::WallClock clock_;
  std::vector<std::unique_ptr<Server>> servers_;  // null: does not listen
};

}  // namespace cckm::simulator
