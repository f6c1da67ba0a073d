#include "exporter/app/self_request.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

TEST(SelfRequestTest, AsksWhereTheExporterListensFromThisHost) {
  struct Case {
    const char* listen_address;
    const char* url;
  };
  for (const Case& row : {
           Case{":9847", "http://127.0.0.1:9847"},
           Case{"0.0.0.0:9847", "http://127.0.0.1:9847"},
           Case{"127.0.0.1:1", "http://127.0.0.1:1"},
           Case{"192.0.2.7:65535", "http://192.0.2.7:65535"},
           Case{"localhost:80", "http://localhost:80"},
           Case{"[::]:9847", "http://[::1]:9847"},
           Case{"[::1]:9847", "http://[::1]:9847"},
           Case{"[2001:db8::1]:9847", "http://[2001:db8::1]:9847"},
       }) {
    EXPECT_EQ(UrlOfListenAddress(row.listen_address), row.url);
    EXPECT_EQ(UrlOfListenAddress(row.listen_address, true), "https" + std::string(row.url + 4));
  }
}

}  // namespace
}  // namespace cckm
