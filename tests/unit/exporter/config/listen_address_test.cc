#include "exporter/config/listen_address.h"

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

constexpr std::array<ReadableCase, 8> kReadable = {{
    {":9847", "", false, 9847},
    {":0", "", false, 0},
    {"127.0.0.1:65535", "127.0.0.1", false, 65535},
    {"0.0.0.0:1", "0.0.0.0", false, 1},
    {"localhost:80", "localhost", false, 80},
    {"exporter-1.example.com:80", "exporter-1.example.com", false, 80},
    {"[::1]:9847", "::1", true, 9847},
    {"[::]:0", "::", true, 0},
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

TEST(ListenAddressTest, SaysWhatIsAllowedWithoutRepeatingTheText) {
  for (const char* text :
       {"",        ":",     "9847",  "localhost", "localhost:", ":65536", ":-1",       ":+1",
        ": 80",    ":80s",  ":x",    "::1",       "::1:9847",   "[::1]",  "[::1]9847", "[::1:9847",
        "[]:9847", "[x]:1", "a b:1", "a..b:1",    "http://a:1", ":1 "}) {
    const auto address = ParseListenAddress(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error(),
              "must be host:port, :port or [ipv6]:port with a port from 0 to 65535");
  }
}

}  // namespace
}  // namespace cckm
