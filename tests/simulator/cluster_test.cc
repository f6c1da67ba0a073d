// The cluster over loopback, as its clients meet it.

#include "tests/simulator/cluster.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

// The first line of the answer to a request of a connection of its own; empty where none comes
// about.
std::string Ask(std::uint16_t port) {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(handle, std::bit_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    ::send(handle, request.data(), request.size(), MSG_NOSIGNAL);
    char part[4096];
    const ssize_t count = ::recv(handle, part, sizeof(part), 0);
    if (count > 0) answer.assign(part, static_cast<std::size_t>(count));
  }
  ::close(handle);
  return answer.substr(0, answer.find('\r'));
}

std::vector<ServerSettings> Settings(std::size_t count) {
  return std::vector<ServerSettings>(count, {.host = "127.0.0.1", .threads = 2});
}

// Answers with 500 and the number of the node.
Response AnswerWithNode(const Request& request, const Server::Wait&) {
  return {.status = 500 + static_cast<int>(request.node), .body = "{}", .allow = {}};
}

TimePoint Clock() { return kStart; }

TEST(ClusterTest, EachNodeHasAnAddressAndANodeThatRefusesStopsListeningUntilItIsUp) {
  Nodes nodes({.count = 2}, kStart);
  auto cluster = Cluster::Start(Settings(2), nodes, AnswerWithNode, Clock);
  ASSERT_TRUE(cluster) << cluster.error();
  const std::uint16_t second = cluster->PortOf(1);
  EXPECT_TRUE(Ask(cluster->PortOf(0)).starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(Ask(second).starts_with("HTTP/1.1 501 "));
  EXPECT_NE(nodes.Render().find("http://127.0.0.1:" + std::to_string(second)), std::string::npos);
  nodes.SetState(1, NodeState::kRefuse, 0);
  cluster->Follow();
  EXPECT_EQ(Ask(second), "");
  EXPECT_TRUE(Ask(cluster->PortOf(0)).starts_with("HTTP/1.1 500 "));
  nodes.SetState(1, NodeState::kUp, 0);
  cluster->Follow();
  EXPECT_EQ(cluster->PortOf(1), second);
  EXPECT_TRUE(Ask(second).starts_with("HTTP/1.1 501 "));
}

TEST(ClusterTest, AnAddressThatIsTakenIsAnError) {
  Nodes nodes({.count = 2}, kStart);
  const auto first = Server::Start(Settings(1)[0], AnswerWithNode, Clock);
  ASSERT_TRUE(first) << first.error();
  auto settings = Settings(2);
  settings[1].port = (*first)->port();
  const auto cluster = Cluster::Start(settings, nodes, AnswerWithNode, Clock);
  ASSERT_FALSE(cluster);
  EXPECT_TRUE(cluster.error().starts_with("cannot listen on ")) << cluster.error();
}

}  // namespace
}  // namespace cckm::simulator
