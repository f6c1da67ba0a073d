#include "exporter/config/yaml/config_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "collectors/base/whole_file.h"
#include "exporter/config/yaml/schema.h"
#include "exporter/config/yaml/yaml_cursor.h"
#include "exporter/config/yaml/yaml_document.h"

namespace cckm {
namespace {

// Room for half a million refresh IDs, one a line.
constexpr std::size_t kLargestFile = std::size_t{64} << 20U;
constexpr std::size_t kMaxProblems = 1000;  // of all files of targets

// The files of targets that a configuration names, read one after the other.
class TargetFileReader {
 public:
  explicit TargetFileReader(ConfigReader& reader) : reader_(reader) {}

  void Read(const std::string& name) {
    ConfigSource source(name);
    const auto content = ReadTextFile(name, FilePrivacy::kPublic, room_);
    if (content) {
      room_ -= content->view().size();
      ReadYamlDocument(content->view(), source,
                       [this](const YamlCursor& root) { reader_.ReadTargetFile(root); });
    } else {
      source.Add(0, "", content.error().substr(1));
    }
    std::ranges::move(source.TakeWarnings(), std::back_inserter(reader_.config().warnings));
    Take(source.TakeProblemsInFileOrder());
  }

  std::vector<ConfigProblem> TakeProblems() {
    if (more_problems_ != 0) {
      problems_.push_back({"", 0, "", "has more problems: " + std::to_string(more_problems_)});
    }
    return std::move(problems_);
  }

 private:
  void Take(std::vector<ConfigProblem> problems) {
    for (ConfigProblem& problem : problems) {
      if (problems_.size() == kMaxProblems) {
        ++more_problems_;
      } else {
        problems_.push_back(std::move(problem));
      }
    }
  }

  ConfigReader& reader_;
  std::size_t room_ = kLargestFile;  // for all files together
  std::vector<ConfigProblem> problems_;
  std::size_t more_problems_ = 0;
};

}  // namespace

ConfigResult LoadConfigFile(const std::filesystem::path& file) {
  const auto content = ReadTextFile(file, FilePrivacy::kPublic, kLargestFile);
  if (content) return ParseConfig(content->view(), file);
  return tl::make_unexpected(
      std::vector<ConfigProblem>{{file.string(), 0, "", content.error().substr(1)}});
}

ConfigResult ParseConfig(std::string_view yaml, const std::filesystem::path& file) {
  ConfigSource source(file);
  ConfigReader reader;
  ReadYamlDocument(yaml, source, [&reader](const YamlCursor& root) { reader.ReadMainFile(root); });
  reader.config().warnings = source.TakeWarnings();
  TargetFileReader files(reader);
  for (const auto& [name, identity] : reader.config().target_files.files) files.Read(name);
  std::vector<ConfigProblem> problems = source.TakeProblemsInFileOrder();
  std::ranges::move(files.TakeProblems(), std::back_inserter(problems));
  if (!problems.empty()) return tl::make_unexpected(std::move(problems));
  Config& config = reader.config();
  if (config.targets.empty()) {
    config.warnings.push_back(
        ConfigProblem{file.string(), 0, "target_files", "give no target: nothing is polled"}
            .ToString());
  }
  return std::move(config);
}

}  // namespace cckm
