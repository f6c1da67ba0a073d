#include "collectors/base/access_advice.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include "collectors/base/whole_file.h"
#include "tests/support/fakes/temporary_folder.h"

namespace cckm {
namespace {

constexpr unsigned kNobody = 65534;

// For as long as it lives, the test is no user whom no mode stops.
class AsNobody {
 public:
  AsNobody() : was_root_(::geteuid() == 0) {
    if (was_root_ && (::setegid(kNobody) != 0 || ::seteuid(kNobody) != 0)) ADD_FAILURE();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (was_root_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) ADD_FAILURE();
  }

 private:
  bool was_root_;
};

class AccessAdviceTest : public testing::Test {
 protected:
  AccessAdviceTest() {
    std::filesystem::create_directory(folder_.File("open"));
    std::filesystem::create_directory(folder_.File("closed"));
    folder_.Replace("open/file", "canary");
    folder_.Replace("closed/file", "canary");
    ::chmod(folder_.path().c_str(), 0755);
    ::chmod(folder_.File("open/file").c_str(), 0);
    ::chmod(folder_.File("closed").c_str(), 0600);
  }
  ~AccessAdviceTest() override { ::chmod(folder_.File("closed").c_str(), 0700); }

  std::string ObjectionTo(const std::string& name) const {
    const AsNobody nobody;
    const auto content = ReadWholeFile(folder_.File(name), FilePrivacy::kPublic, 10);
    return content ? "read" : content.error();
  }

  std::string Command(const std::string& right, const std::string& name) const {
    const AsNobody nobody;
    const std::string path = folder_.File(name).string();
    return ": run chgrp " + NameOfThisGroup() + " " + path + " && chmod " + right + " " + path;
  }

  TemporaryFolder folder_;
};

std::string UserOfTheTest() {
  const AsNobody nobody;
  return NameOfThisUser();
}

// One of the folders at the top that this process may not enter, such as the superuser's home.
std::optional<std::filesystem::path> ClosedFolderOfTheSystem() {
  for (const auto& entry : std::filesystem::directory_iterator("/")) {
    const bool is_open = ::faccessat(AT_FDCWD, entry.path().c_str(), X_OK, AT_EACCESS) == 0;
    if (entry.is_directory() && !is_open) return entry.path();
  }
  return std::nullopt;
}

TEST_F(AccessAdviceTest, NamesTheUserAndTheCommandForAFileThatMayNotBeRead) {
  EXPECT_EQ(ObjectionTo("open/file"), " cannot be opened: Permission denied; the user " +
                                          UserOfTheTest() + " may not read it" +
                                          Command("g+r", "open/file"));
}

TEST_F(AccessAdviceTest, NamesTheFolderThatMayNotBeEntered) {
  EXPECT_EQ(ObjectionTo("closed/file"),
            " cannot be opened: Permission denied; the user " + UserOfTheTest() +
                " may not enter " + folder_.File("closed").string() + Command("g+x", "closed"));
}

TEST_F(AccessAdviceTest, AFolderOfTheSystemStaysClosed) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root knows a folder that is closed to others";
  const AsNobody nobody;
  const auto closed = ClosedFolderOfTheSystem();
  if (!closed) GTEST_SKIP() << "every folder of the system is open here";
  EXPECT_EQ(AccessAdvice(*closed / "password"),
            "; the user " + NameOfThisUser() + " may not enter " + closed->string() +
                ": move the file, for example to /etc/cckm_exporter");
}

TEST_F(AccessAdviceTest, OtherReasonsNeedNoAdvice) {
  EXPECT_EQ(ObjectionTo("open/none"), " cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace cckm
