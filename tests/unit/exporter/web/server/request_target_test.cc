// Targets of requests.

#include "exporter/web/server/request_target.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

TEST(RequestTargetTest, IsAPathOrAnAbsoluteUrl) {
  struct Case {
    const char* target;
    const char* path;
    const char* authority;
  };
  for (const Case& row : {
           Case{"/", "/", ""},
           Case{"/a?b", "/a", ""},
           Case{"//x/y", "//x/y", ""},
           Case{"http://x", "/", "x"},
           Case{"http://x:80/a/b?c", "/a/b", "x:80"},
           Case{"hTTps://X.example:/a", "/a", "X.example:"},
           Case{"http://[2001:db8::1]:9847/a", "/a", "[2001:db8::1]:9847"},
       }) {
    const auto target = ParseRequestTarget(row.target);
    ASSERT_TRUE(target) << row.target;
    EXPECT_EQ(target->path, row.path);
    EXPECT_EQ(target->authority, row.authority);
  }
}

TEST(RequestTargetTest, IsNothingElse) {
  for (const char* target :
       {"", "*", "a", "x:443", "http:", "http:/x", "http://", "http:///a", "http://:80/a",
        "http://u@x/", "http://u:p@x/", "ftp://x/", "http://x:a/", "http://[::1/", "http://[]/",
        "http://x#a", "http://a:1:2/", "http://[::1]x/"}) {
    EXPECT_FALSE(ParseRequestTarget(target)) << target;
  }
}

}  // namespace
}  // namespace cckm
