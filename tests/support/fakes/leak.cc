#include "tests/support/fakes/leak.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace cckm {
namespace {

void Append(std::vector<std::string>& leaks, std::vector<std::string> more) {
  leaks.insert(leaks.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

// What every token begins with; without more of one behind it, it tells nothing.
constexpr std::string_view kTokenMark = "eyJ";
constexpr std::size_t kTokenPart = 6;

bool IsOfToken(std::string_view part) {
  return part.size() == kTokenPart && std::ranges::all_of(part, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

}  // namespace

std::vector<std::string> FindLeaks(const std::string& place, std::string_view text) {
  constexpr std::size_t kContext = 100;
  std::vector<std::string> leaks;
  for (const std::string_view mark : {kCanary, kTokenMark}) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string_view::npos; ++at) {
      if (mark == kTokenMark && !IsOfToken(text.substr(at + mark.size(), kTokenPart))) continue;
      const std::size_t start = at - std::min(at, kContext);
      leaks.push_back(place + ": ..." + std::string(text.substr(start, at - start)));
    }
  }
  return leaks;
}

std::vector<std::string> FindLeaksInFolder(const std::filesystem::path& folder) {
  std::vector<std::string> leaks;
  if (!std::filesystem::exists(folder)) return leaks;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    Append(leaks, FindLeaks("a file's name", entry.path().string()));
    if (entry.is_regular_file()) Append(leaks, FindLeaks(entry.path().string(), ReadAll(entry)));
  }
  return leaks;
}

std::vector<std::string> FindLeaksInProcess(pid_t pid) {
  const std::filesystem::path folder = "/proc/" + std::to_string(pid);
  std::vector<std::string> leaks;
  for (const char* name : {"cmdline", "environ", "comm", "status", "maps"}) {
    Append(leaks, FindLeaks(folder / name, ReadAll(folder / name)));
  }
  for (const auto& thread : std::filesystem::directory_iterator(folder / "task")) {
    Append(leaks, FindLeaks(thread.path(), ReadAll(thread.path() / "comm")));
  }
  return leaks;
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace cckm
