#include "collectors/http/watched_tls_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/collectors/http/openssl_folder.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using Material = std::shared_ptr<const TlsMaterial>;

class WatchedTlsFilesTest : public testing::Test {
 protected:
  WatchedTlsFilesTest() {
    folder_.Make("one");
    folder_.Make("two");
    Install("one");
  }

  // Puts this pair in the place of the client's, and its certificate in that of the authority's.
  void Install(const std::string& name) const {
    folder_.Replace("ca", folder_.Read(name + ".pem"));
    folder_.Replace("cert", folder_.Read(name + ".pem"));
    folder_.Replace("key", folder_.Read(name + ".key"));
  }

  Result<Material> Look() {
    return files_.Current([this](const Error& error) { complaints_.push_back(error.message); });
  }
  Result<Material> LookLater() {
    clock_.Advance(milliseconds(1000));
    return Look();
  }
  std::string AuthoritiesLater() {
    const auto material = LookLater();
    return material ? (*material)->authorities : "none: " + material.error().message;
  }

  OpensslFolder folder_;
  FakeClock clock_;
  WatchedTlsFiles files_{{folder_.File("ca"), folder_.File("cert"), folder_.File("key")}, clock_};
  std::vector<std::string> complaints_;
};

TEST_F(WatchedTlsFilesTest, WithoutFilesThereIsNothingToLookAt) {
  WatchedTlsFiles files({}, clock_);
  const auto material = files.Current(nullptr);
  ASSERT_TRUE(material);
  EXPECT_EQ(*material, nullptr);
}

TEST_F(WatchedTlsFilesTest, ReturnsTheSameObjectWhileTheContentIsTheSame) {
  const Material first = *Look();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(*LookLater(), first);
  Install("one");
  EXPECT_EQ(*LookLater(), first);
  EXPECT_TRUE(complaints_.empty());
}

TEST_F(WatchedTlsFilesTest, NoticesARotationASecondLater) {
  ASSERT_TRUE(Look());
  Install("two");
  clock_.Advance(milliseconds(999));
  EXPECT_EQ((*Look())->authorities, folder_.Read("one.pem"));
  clock_.Advance(milliseconds(1));
  EXPECT_EQ((*Look())->authorities, folder_.Read("two.pem"));
  EXPECT_EQ((*Look())->key.Reveal(), folder_.Read("two.key"));
}

TEST_F(WatchedTlsFilesTest, NoticesAChangeOfEachFile) {
  ASSERT_TRUE(Look());
  folder_.Replace("ca", folder_.Read("two.pem"));
  EXPECT_EQ(AuthoritiesLater(), folder_.Read("two.pem"));
  folder_.Replace("cert", folder_.Read("one.pem") + folder_.Read("two.pem"));
  EXPECT_EQ((*LookLater())->certificate, folder_.Read("one.pem") + folder_.Read("two.pem"));
  folder_.Replace("key", folder_.Read("one.key") + "\n");
  EXPECT_EQ((*LookLater())->key.Reveal(), folder_.Read("one.key") + "\n");
}

TEST_F(WatchedTlsFilesTest, KeepsTheFormerContentAndComplainsOnceOfEachBrokenOne) {
  const Material first = *Look();
  folder_.Replace("ca", "garbage");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(*LookLater(), first);
  ASSERT_EQ(complaints_.size(), 1U);
  EXPECT_EQ(complaints_.back(), "ca_file " + folder_.File("ca").string() +
                                    " must hold certificates in PEM form, and nothing broken");
  std::filesystem::remove(folder_.File("ca"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(*LookLater(), first);
  ASSERT_EQ(complaints_.size(), 2U);
  EXPECT_NE(complaints_.back().find("cannot be opened"), std::string::npos);
  Install("two");
  EXPECT_EQ(AuthoritiesLater(), folder_.Read("two.pem"));
  EXPECT_EQ(complaints_.size(), 2U);
}

TEST_F(WatchedTlsFilesTest, APairThatIsReplacedOneByOneIsUsedWhenItIsComplete) {
  const Material first = *Look();
  folder_.Replace("cert", folder_.Read("two.pem"));
  EXPECT_EQ(*LookLater(), first);
  folder_.Replace("key", folder_.Read("two.key"));
  EXPECT_EQ((*LookLater())->certificate, folder_.Read("two.pem"));
  EXPECT_EQ(complaints_.size(), 1U);
}

TEST_F(WatchedTlsFilesTest, AKeyThatIsOpenToEverybodyIsNotTakenIntoUse) {
  const Material first = *Look();
  Install("two");
  std::filesystem::permissions(folder_.File("key"), std::filesystem::perms(0644));
  EXPECT_EQ(*LookLater(), first);
  EXPECT_EQ(complaints_.size(), 1U);
  std::filesystem::permissions(folder_.File("key"), std::filesystem::perms(0600));
  EXPECT_EQ(AuthoritiesLater(), folder_.Read("two.pem"));
}

TEST_F(WatchedTlsFilesTest, FilesThatAreBrokenFromTheBeginningAreAnErrorUntilTheyAreRepaired) {
  folder_.Replace("ca", "garbage");
  for (int i = 0; i < 3; ++i) {
    const auto material = LookLater();
    ASSERT_FALSE(material);
    EXPECT_EQ(material.error().kind, ErrorKind::kTls);
  }
  EXPECT_TRUE(complaints_.empty());
  Install("one");
  EXPECT_FALSE(Look());
  EXPECT_EQ(AuthoritiesLater(), folder_.Read("one.pem"));
}

TEST_F(WatchedTlsFilesTest, DoesWithoutAnybodyToComplainTo) {
  const Material first = *Look();
  folder_.Replace("ca", "garbage");
  clock_.Advance(milliseconds(1000));
  EXPECT_EQ(*files_.Current(nullptr), first);
}

// As when the process has run out of file descriptors for a moment.
TEST_F(WatchedTlsFilesTest, ARotationThatCouldNotBeReadForAMomentIsReadLater) {
  const Material first = *Look();
  Install("two");
  clock_.Advance(milliseconds(1000));
  rlimit former{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &former), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = former.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto during = Look();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &former), 0);
  EXPECT_EQ(*during, first);
  EXPECT_EQ(AuthoritiesLater(), folder_.Read("two.pem"));
  EXPECT_EQ(complaints_.size(), 1U);
}

TEST_F(WatchedTlsFilesTest, ABrokenContentThatIsTakenBackIsForgotten) {
  const Material first = *Look();
  folder_.Replace("ca", "garbage");
  EXPECT_EQ(*LookLater(), first);
  Install("one");
  EXPECT_EQ(*LookLater(), first);
  folder_.Replace("ca", "garbage again");
  EXPECT_EQ(*LookLater(), first);
  EXPECT_EQ(complaints_.size(), 2U);
}

}  // namespace
}  // namespace cckm
