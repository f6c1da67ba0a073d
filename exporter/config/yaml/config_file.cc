#include "exporter/config/yaml/config_file.h"

#include <utility>

#include "collectors/base/whole_file.h"
#include "exporter/config/yaml/schema.h"
#include "exporter/config/yaml/yaml_cursor.h"
#include "exporter/config/yaml/yaml_document.h"

namespace cckm {
namespace {

// Room for half a million refresh IDs, one a line.
constexpr std::size_t kLargestFile = std::size_t{64} << 20U;

ConfigResult FileProblem(const std::filesystem::path& file, std::string message) {
  return tl::make_unexpected(
      std::vector<ConfigProblem>{{file.string(), 0, "", std::move(message)}});
}

}  // namespace

ConfigResult LoadConfigFile(const std::filesystem::path& file) {
  const auto content = ReadTextFile(file, FilePrivacy::kPublic, kLargestFile);
  if (!content) return FileProblem(file, content.error().substr(1));
  return ParseConfig(content->view(), file);
}

ConfigResult ParseConfig(std::string_view yaml, const std::filesystem::path& file) {
  ConfigSource source(file);
  Config config;
  ReadYamlDocument(yaml, source, [&config](const YamlCursor& root) { config = ReadConfig(root); });
  if (source.HasProblems()) return tl::make_unexpected(source.TakeProblemsInFileOrder());
  config.warnings = source.TakeWarnings();
  return config;
}

}  // namespace cckm
