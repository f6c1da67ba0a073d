#include "collectors/base/access_advice.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string_view>
#include <system_error>

#include "collectors/base/redact.h"

namespace cckm {
namespace {

constexpr std::size_t kRoomForAnEntry = 4096;  // of the system's tables of users and groups

bool MayEnter(const std::filesystem::path& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) == 0;
}

// The first of the folders that lead to the file which this process may not enter.
std::optional<std::filesystem::path> ClosedFolder(const std::filesystem::path& file) {
  std::filesystem::path folder;
  for (const std::filesystem::path& part : file.parent_path()) {
    folder /= part;
    if (!MayEnter(folder)) return folder;
  }
  return std::nullopt;
}

std::string CommandFor(const std::filesystem::path& path, std::string_view right) {
  const std::string shown = ShownPath(path);
  return ": run chgrp " + NameOfThisGroup() + " " + shown + " && chmod " + std::string(right) +
         " " + shown;
}

// Folders such as /home and /root stay as closed as they are.
bool IsOfTheSystem(const std::filesystem::path& folder) {
  return folder.parent_path() == folder.root_path();
}

}  // namespace

std::string NameOfThisUser() {
  std::array<char, kRoomForAnEntry> room{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found);
  return found != nullptr ? found->pw_name : std::to_string(::geteuid());
}

std::string NameOfThisGroup() {
  std::array<char, kRoomForAnEntry> room{};
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(::getegid(), &entry, room.data(), room.size(), &found);
  return found != nullptr ? found->gr_name : std::to_string(::getegid());
}

std::string AccessAdvice(const std::filesystem::path& file) {
  std::error_code fault;
  const std::filesystem::path absolute = std::filesystem::absolute(file, fault);
  const auto closed = ClosedFolder(absolute);
  const std::string who = "; the user " + NameOfThisUser() + " may not ";
  if (!closed) return who + "read it" + CommandFor(absolute, "g+r");
  const std::string what = who + "enter " + ShownPath(*closed);
  if (IsOfTheSystem(*closed)) return what + ": move the file, for example to /etc/cckm_exporter";
  return what + CommandFor(*closed, "g+x");
}

}  // namespace cckm
