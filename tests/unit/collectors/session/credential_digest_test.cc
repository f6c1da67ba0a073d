#include "collectors/session/credential_digest.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <string>

#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

TEST(CredentialDigestTest, IsTheSameInEveryVersion) {
  // A file whose path and content, a word and a line break, are the same on every host.
  EXPECT_EQ(CredentialDigest("account", "/proc/sys/kernel/ostype"), "2e6270");
}

TEST(CredentialDigestTest, DependsOnTheTextAndTheAccountAlone) {
  const TemporaryFolder folder;
  const auto file = folder.Replace("password", "canary-1");
  const auto digest = CredentialDigest("account", file);
  ASSERT_TRUE(digest.has_value());
  folder.Replace("password", "canary-1", 0644);
  EXPECT_EQ(CredentialDigest("account", file), digest);

  std::set<std::string> others;
  for (const std::string& account : {std::string(), std::string("accoun"), std::string("Account"),
                                     std::string("account\0", 8)}) {
    others.insert(CredentialDigest(account, file).value());
  }
  for (const std::string& same : {std::string("canary-1\n"), std::string("canary-1\r\n"),
                                  std::string("\xEF\xBB\xBF"
                                              "canary-1")}) {
    EXPECT_EQ(CredentialDigest("account", folder.Replace("other", same)), digest) << same;
  }
  for (const std::string& content : {std::string(), std::string("canary-2"),
                                     std::string("canary-1 "), std::string(1U << 20U, 'x')}) {
    others.insert(CredentialDigest("account", folder.Replace("password", content)).value());
  }
  EXPECT_EQ(others.size(), 8U);
  EXPECT_EQ(others.count(*digest), 0U);
}

TEST(CredentialDigestTest, WhatIsNoReadableFileHasNone) {
  const TemporaryFolder folder;
  EXPECT_EQ(CredentialDigest("account", folder.File("missing")), std::nullopt);
  EXPECT_EQ(CredentialDigest("account", folder.path()), std::nullopt);
  EXPECT_EQ(CredentialDigest("account", "/dev/zero"), std::nullopt);
  EXPECT_EQ(CredentialDigest("account", folder.Replace("long", std::string((1U << 20U) + 1, 'x'))),
            std::nullopt);
  const auto fifo = folder.File("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(CredentialDigest("account", fifo), std::nullopt);
}

}  // namespace
}  // namespace cckm
