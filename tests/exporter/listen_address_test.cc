#include "exporter/web/listen_address.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace cckm {
namespace {

struct ReadableCase {
  const char* text;
  const char* host;
  bool is_ipv6;
  int port;
};

constexpr std::array<ReadableCase, 7> kReadable = {{
    {":9847", "", false, 9847},
    {":0", "", false, 0},
    {"127.0.0.1:65535", "127.0.0.1", false, 65535},
    {"localhost:80", "localhost", false, 80},
    {"exporter-1.example.com:80", "exporter-1.example.com", false, 80},
    {"[::1]:9847", "::1", true, 9847},
    {"[::]:9847", "::", true, 9847},
}};

TEST(ListenAddressTest, ReadsHostAndPort) {
  for (const ReadableCase& c : kReadable) {
    const auto address = ParseListenAddress(c.text);
    ASSERT_TRUE(address) << c.text;
    EXPECT_EQ(address->host, c.host) << c.text;
    EXPECT_EQ(address->is_ipv6, c.is_ipv6) << c.text;
    EXPECT_EQ(address->port, c.port) << c.text;
  }
}

struct UnreadableCase {
  const char* text;
  const char* reason;
};

constexpr std::array<UnreadableCase, 14> kUnreadable = {{
    {"", "no port"},
    {"9847", "no port"},
    {"localhost", "no port"},
    {":", "no number"},
    {"localhost:", "no number"},
    {":65536", "no number"},
    {":-1", "no number"},
    {":+1", "no number"},
    {": 80", "no number"},
    {":80s", "no number"},
    {"::1", "in brackets"},
    {"::1:9847", "in brackets"},
    {"[::1:9847", "do not match"},
    {"[]:9847", "do not match"},
}};

TEST(ListenAddressTest, SaysWhatIsWrong) {
  for (const UnreadableCase& c : kUnreadable) {
    const auto address = ParseListenAddress(c.text);
    ASSERT_FALSE(address) << c.text;
    EXPECT_NE(address.error().find(c.reason), std::string::npos) << c.text << address.error();
  }
}

struct ResolvedCase {
  ListenAddress address;
  const char* numbers;
};

TEST(ListenAddressTest, FindsTheSocketAddress) {
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

TEST(ListenAddressTest, TakesAnotherPort) {
  for (const ListenAddress& address : {ListenAddress{"127.0.0.1", false, 0}, {"::1", true, 0}}) {
    auto resolved = ResolveListenAddress(address);
    ASSERT_TRUE(resolved);
    resolved->SetPort(9847);
    EXPECT_EQ(resolved->port(), 9847);
  }
}

TEST(ListenAddressTest, SaysThatAHostCannotBeResolved) {
  const auto name = ResolveListenAddress({"a..b", false, 80});
  ASSERT_FALSE(name);
  EXPECT_NE(name.error().find("cannot be resolved"), std::string::npos) << name.error();
  const auto ipv6 = ResolveListenAddress({"localhost", true, 80});
  ASSERT_FALSE(ipv6);
  EXPECT_NE(ipv6.error().find("no IPv6 address"), std::string::npos) << ipv6.error();
}

}  // namespace
}  // namespace cckm
