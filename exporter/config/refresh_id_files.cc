#include "exporter/config/refresh_id_files.h"

#include <fnmatch.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "collectors/base/redact.h"
#include "collectors/base/text.h"
#include "collectors/base/whole_file.h"
#include "collectors/model/refresh.h"
#include "exporter/config/file_pattern.h"

namespace cckm {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} << 20U;
constexpr std::size_t kMaxProblems = 20;  // of a file, so that a wrong file does not flood the log

// Without its comment.
std::string_view IdOf(std::string_view line) {
  return Trim(line.substr(0, line.find('#')), " \t\r");
}

// What a file says.
struct Content {
  std::vector<std::string> refresh_ids;
  std::vector<std::string> bad_lines;  // at most kMaxProblems sentences
  std::string objection;               // why it cannot be read; empty: it was
};

Content ReadFile(const std::string& name) {
  Content content;
  const auto text = ReadTextFile(name, FilePrivacy::kPublic, kLargestFile);
  if (!text) {
    content.objection = "file of refresh IDs " + ShownPath(name) + text.error();
    return content;
  }
  std::string_view rest = text->view();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view id = IdOf(TakeFirst(rest, rest.find('\n')));
    TakeFirst(rest, 1);  // the line break
    if (id.empty()) continue;
    if (IsValidRefreshId(id)) {
      content.refresh_ids.emplace_back(id);
    } else if (content.bad_lines.size() < kMaxProblems) {
      content.bad_lines.push_back(
          ShownPath(name) + ":" + std::to_string(number) +
          " is skipped: a refresh ID is 1 to 128 of A-Z a-z 0-9 . _ : -, but neither . nor ..");
    }
  }
  return content;
}

std::string FolderObjection(const std::filesystem::path& pattern) {
  return "folder of the files of refresh IDs " + ShownPath(pattern) + " cannot be read";
}

}  // namespace

RefreshIdProblems CheckRefreshIdFiles(const std::filesystem::path& pattern) {
  RefreshIdProblems problems;
  const MatchedFiles matches = FindFiles(pattern);
  if (matches.folder_is_unreadable) {
    problems.errors.push_back(FolderObjection(pattern));
  } else if (matches.files.empty()) {
    problems.warnings.push_back("matches no file: " + ShownPath(pattern));
  }
  for (const std::string& file : matches.files) {
    Content content = ReadFile(file);
    if (!content.objection.empty()) problems.errors.push_back(std::move(content.objection));
    if (content.bad_lines.empty()) continue;
    if (content.refresh_ids.empty()) {
      problems.errors.push_back("file of refresh IDs " + ShownPath(file) + " holds no refresh ID");
    }
    std::ranges::move(content.bad_lines, std::back_inserter(problems.warnings));
  }
  return problems;
}

bool WatchedRefreshIds::Look(const ErrorReporter& report) {
  Files now;
  for (const std::filesystem::path& pattern : patterns_) LookAt(pattern, now, report);
  const auto is_same = [](const Files::value_type& a, const Files::value_type& b) {
    return a.first == b.first && a.second.refresh_ids == b.second.refresh_ids &&
           a.second.objection == b.second.objection;
  };
  const bool changed = !std::ranges::equal(now, files_, is_same);
  files_ = std::move(now);
  return changed;
}

// The files that a pattern matches, and those that it matched before and that may still be there.
void WatchedRefreshIds::LookAt(const std::filesystem::path& pattern, Files& now,
                               const ErrorReporter& report) const {
  const MatchedFiles matches = FindFiles(pattern);
  for (const std::string& name : matches.files) {
    if (!now.contains(name)) now.emplace(name, Read(name, report));
  }
  const std::string folder_objection = FolderObjection(pattern);
  for (const auto& [name, file] : files_) {
    const bool is_of_pattern = ::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0;
    const bool is_deleted = HasWildcard(pattern) && !matches.folder_is_unreadable &&
                            IsThere(std::filesystem::path(name).parent_path());
    if (!is_of_pattern || is_deleted || now.contains(name)) continue;
    now.emplace(name,
                Unread(file, "file of refresh IDs " + ShownPath(name) + " is not there", report));
  }
  const std::string& name = pattern.native();
  if (!matches.folder_is_unreadable || now.contains(name)) return;
  now.emplace(name, Unread(Former(name), folder_objection, report));
}

WatchedRefreshIds::File WatchedRefreshIds::Former(const std::string& name) const {
  const auto former = files_.find(name);
  return former == files_.end() ? File() : former->second;
}

WatchedRefreshIds::File WatchedRefreshIds::Read(const std::string& name,
                                                const ErrorReporter& report) const {
  File file = Former(name);
  if (file.changes.Look({name}) == FileTurn::kNothing) return file;
  Content content = ReadFile(name);
  if (!content.objection.empty()) {
    return Unread(std::move(file), std::move(content.objection), report);
  }
  for (const std::string& problem : content.bad_lines) report(problem);
  file.changes.SetUsable(true);
  file.refresh_ids = std::make_shared<const Ids>(std::move(content.refresh_ids));
  file.objection.clear();
  return file;
}

// What was read of it before stays, if anything.
WatchedRefreshIds::File WatchedRefreshIds::Unread(File file, std::string objection,
                                                  const ErrorReporter& report) {
  if (file.objection != objection) report(objection);
  file.changes.SetUsable(false);
  file.objection = std::move(objection);
  return file;
}

std::vector<std::string> WatchedRefreshIds::refresh_ids(
    const std::vector<std::string>& written) const {
  std::vector<std::string> all;
  std::set<std::string_view> seen;
  const auto add = [&](const std::vector<std::string>& some) {
    std::ranges::copy_if(some, std::back_inserter(all),
                         [&seen](const std::string& id) { return seen.insert(id).second; });
  };
  add(written);
  for (const auto& [name, file] : files_) add(*file.refresh_ids);
  return all;
}

std::size_t WatchedRefreshIds::unreadable() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      files_, [](const auto& entry) { return !entry.second.objection.empty(); }));
}

}  // namespace cckm
