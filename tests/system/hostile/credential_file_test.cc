// A file with a secret that cannot be used is found by --config.check, and said so.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>

#include "tests/support/fakes/leak.h"
#include "tests/system/hostile/exporter_child.h"

namespace cckm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSecret = "CANARY-secret";

struct FileCase {
  std::string name;
  std::function<void(const ConfigFolder&)> make;  // makes "secret"
  std::string said;                               // empty: the file is good
};

FileCase Holding(const char* name, const std::string& content, const char* said,
                 unsigned mode = 0600) {
  return {name, [=](const ConfigFolder& folder) { folder.Write("secret", content, mode); }, said};
}

void LinkTo(const ConfigFolder& folder, const char* content) {
  if (content != nullptr) folder.Write("linked", content, 0600);
  std::filesystem::create_symlink("linked", folder.File("secret"));
}

std::vector<FileCase> FileCases() {
  const std::string two_lines = std::string(kSecret) + "\n" + kSecret;
  return {
      Holding("good", kSecret, ""),
      Holding("one_line", std::string(kSecret) + "\n", ""),
      Holding("for_a_group", kSecret, "", 0640),
      {"link", [](const ConfigFolder& folder) { LinkTo(folder, kSecret); }, ""},
      {"missing", [](const ConfigFolder&) {}, "cannot be opened"},
      {"dangling_link", [](const ConfigFolder& folder) { LinkTo(folder, nullptr); },
       "cannot be opened"},
      {"folder",
       [](const ConfigFolder& folder) { std::filesystem::create_directory(folder.File("secret")); },
       "is not a regular file"},
      {"fifo", [](const ConfigFolder& folder) { ::mkfifo(folder.File("secret").c_str(), 0600); },
       "is not a regular file"},
      {"device",
       [](const ConfigFolder& folder) {
         std::filesystem::create_symlink("/dev/null", folder.File("secret"));
       },
       "is not a regular file"},
      Holding("readable_by_everybody", kSecret, "is open to everybody", 0644),
      Holding("writable_by_everybody", kSecret, "is open to everybody", 0602),
      Holding("empty", "", "is empty"),
      Holding("empty_line", "\n", "is empty"),
      Holding("two_lines", two_lines, "line break"),
      Holding("nul", std::string(kSecret) + std::string(1, '\0'), "NUL"),
      Holding("carriage_return", std::string(kSecret) + "\rx", "line break"),
      Holding("too_long", kSecret + std::string(100'000, 'x'), "is longer than 64 KiB"),
  };
}

class CredentialFileTest : public testing::TestWithParam<FileCase> {
 protected:
  // What --config.check says, with the file as password or as token.
  static EndedProcess CheckAs(const std::string& authentication) {
    const ConfigFolder folder;
    GetParam().make(folder);
    folder.Write("config.yaml",
                 "targets:\n"
                 "  - name: cm\n"
                 "    url: https://127.0.0.1:1\n"
                 "    " +
                     authentication +
                     "\n"
                     "    collectors: { dsm: { refresh_ids: [r1] } }\n",
                 0600);
    return CheckConfig(folder);
  }

  static void ExpectRightAnswer(const EndedProcess& check) {
    EXPECT_THAT(FindLeaks("output", check.output + check.error_output), IsEmpty());
    if (GetParam().said.empty()) {
      EXPECT_EQ(check.exit_code, 0) << check.error_output;
    } else {
      EXPECT_EQ(check.exit_code, 2);
      EXPECT_THAT(check.error_output, AllOf(HasSubstr("secret"), HasSubstr(GetParam().said)));
    }
  }
};

TEST_P(CredentialFileTest, APasswordFileIsCheckedAtStart) {
  ExpectRightAnswer(CheckAs("login: { username: exporter, password_file: secret }"));
}

TEST_P(CredentialFileTest, ATokenFileIsCheckedAtStart) {
  ExpectRightAnswer(CheckAs("authorization: { credentials_file: secret }"));
}

INSTANTIATE_TEST_SUITE_P(Files, CredentialFileTest, testing::ValuesIn(FileCases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace cckm
