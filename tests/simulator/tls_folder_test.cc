#include "tests/simulator/tls_folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include <gtest/gtest.h>

#include "tests/simulator/openssl_handles.h"
#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

// A folder that is gone with the test.
class TlsFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "tls-folder-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(TlsFolderTest, WhatIsMadeStaysWhenItIsOpenedAgain) {
  const auto folder = folder_ / "deep" / "er";
  const auto made = OpenTlsFolder(folder, {}, kStart);
  ASSERT_TRUE(made) << made.error();
  const auto again = OpenTlsFolder(folder, {"other"}, kStart);
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(again->authority_pem, made->authority_pem);
  EXPECT_EQ(again->server.certificate_pem, made->server.certificate_pem);
  EXPECT_EQ(again->server.key_pem, made->server.key_pem);
  EXPECT_EQ(again->client.certificate_pem, made->client.certificate_pem);
  EXPECT_EQ(again->client.key_pem, made->client.key_pem);
}

TEST_F(TlsFolderTest, OnlyTheOwnerCanReadAKey) {
  ASSERT_TRUE(OpenTlsFolder(folder_, {}, kStart));
  for (const std::string_view name : {"server.key", "client.key"}) {
    struct stat status {};
    ASSERT_EQ(::stat((folder_ / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(TlsFolderTest, TheServerHasEveryNameItIsReachedBy) {
  const auto files = OpenTlsFolder(folder_, {"cm.example", "10.0.0.1", "::1"}, kStart);
  ASSERT_TRUE(files);
  const X509Ptr server = ReadCertificate(OpenText(files->server.certificate_pem).get());
  for (const char* const host : {"localhost", "cm.example"}) {
    EXPECT_EQ(X509_check_host(server.get(), host, 0, 0, nullptr), 1) << host;
  }
  for (const char* const address : {"127.0.0.1", "10.0.0.1", "::1"}) {
    EXPECT_EQ(X509_check_ip_asc(server.get(), address, 0), 1) << address;
  }
}

TEST_F(TlsFolderTest, AFolderWithSomeOfTheFilesIsAnErrorAndStaysAsItIs) {
  ASSERT_TRUE(OpenTlsFolder(folder_, {}, kStart));
  std::filesystem::remove(folder_ / "client.key");
  const auto files = OpenTlsFolder(folder_, {}, kStart);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error(), "cannot read " + (folder_ / "client.key").string());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "client.key"));
}

TEST_F(TlsFolderTest, AFolderThatCannotBeMadeIsAnError) {
  std::ofstream(folder_ / "file") << "x";
  const auto files = OpenTlsFolder(folder_ / "file", {}, kStart);
  ASSERT_FALSE(files);
  EXPECT_TRUE(files.error().starts_with("cannot write ")) << files.error();
}

}  // namespace
}  // namespace cckm::simulator
