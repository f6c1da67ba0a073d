#include "exporter/web/server/socket_address.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace cckm {
namespace {

struct ResolvedCase {
  ListenAddress address;
  const char* numbers;
};

TEST(SocketAddressTest, FindsTheSocketAddress) {
  const std::array<ResolvedCase, 4> cases = {{
      {{"", false, 9847}, "0.0.0.0:9847"},
      {{"127.0.0.1", false, 0}, "127.0.0.1:0"},
      {{"localhost", false, 80}, "127.0.0.1:80"},
      {{"::1", true, 9847}, "[::1]:9847"},
  }};
  for (const ResolvedCase& c : cases) {
    const auto resolved = ResolveListenAddress(c.address);
    ASSERT_TRUE(resolved) << c.numbers << ": " << resolved.error();
    EXPECT_EQ(FormatSocketAddress(*resolved), c.numbers);
    EXPECT_EQ(resolved->port(), c.address.port);
  }
}

TEST(SocketAddressTest, TakesAnotherPort) {
  for (const ListenAddress& address : {ListenAddress{"127.0.0.1", false, 0}, {"::1", true, 0}}) {
    auto resolved = ResolveListenAddress(address);
    ASSERT_TRUE(resolved);
    resolved->SetPort(9847);
    EXPECT_EQ(resolved->port(), 9847);
  }
}

TEST(SocketAddressTest, SaysThatAHostCannotBeResolved) {
  const auto name = ResolveListenAddress({"a..b", false, 80});
  ASSERT_FALSE(name);
  EXPECT_NE(name.error().find("cannot be resolved"), std::string::npos) << name.error();
  const auto ipv6 = ResolveListenAddress({"localhost", true, 80});
  ASSERT_FALSE(ipv6);
  EXPECT_NE(ipv6.error().find("no IPv6 address"), std::string::npos) << ipv6.error();
}

}  // namespace
}  // namespace cckm
