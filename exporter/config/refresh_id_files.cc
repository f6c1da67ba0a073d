#include "exporter/config/refresh_id_files.h"

#include <glob.h>

#include <memory>
#include <set>
#include <string_view>

#include "collectors/base/whole_file.h"
#include "collectors/model/refresh.h"

namespace cckm {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} << 20U;
constexpr std::size_t kMostProblems = 20;  // of a file, so that a wrong file does not flood the log

// The names of the files that match, sorted, each once.
std::set<std::string> Matches(std::span<const std::filesystem::path> patterns) {
  std::set<std::string> files;
  for (const std::filesystem::path& pattern : patterns) {
    glob_t found{};
    const std::unique_ptr<glob_t, void (*)(glob_t*)> owner(&found, &globfree);
    if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) != 0) continue;
    files.insert(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  return files;
}

std::string_view Trim(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r";
  line = line.substr(0, line.find('#'));
  const std::size_t begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

class Reader {
 public:
  void Read(const std::string& file) {
    const auto content = ReadWholeFile(file, FilePrivacy::kPublic, kLargestFile);
    if (!content) {
      out_.problems.push_back(file + content.error());
      return;
    }
    std::string_view rest = content->view();
    std::size_t problems = 0;
    for (std::size_t number = 1; !rest.empty(); ++number) {
      const std::size_t end = rest.find('\n');
      const std::string_view id = Trim(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (!TakeLine(id) && ++problems <= kMostProblems) Complain(file, number);
    }
  }
  RefreshIdFiles TakeResult() { return std::move(out_); }

 private:
  bool TakeLine(std::string_view id) {
    if (id.empty()) return true;
    if (!IsValidRefreshId(id)) return false;
    if (seen_.emplace(id).second) out_.refresh_ids.emplace_back(id);
    return true;
  }
  void Complain(const std::string& file, std::size_t line) {
    out_.problems.push_back(file + ":" + std::to_string(line) +
                            " is skipped: a refresh ID is 1 to 128 of A-Z a-z 0-9 . _ : -");
  }

  RefreshIdFiles out_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

RefreshIdFiles ReadRefreshIdFiles(std::span<const std::filesystem::path> patterns) {
  Reader reader;
  for (const std::string& file : Matches(patterns)) reader.Read(file);
  return reader.TakeResult();
}

FileVersions VersionsOf(std::span<const std::filesystem::path> patterns) {
  FileVersions versions;
  for (const std::string& file : Matches(patterns)) versions.emplace_back(file, IdentityOf(file));
  return versions;
}

}  // namespace cckm
