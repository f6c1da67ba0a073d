#include "exporter/config/config_file.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>

#include "exporter/config/schema.h"
#include "exporter/config/yaml_cursor.h"
#include "exporter/config/yaml_document.h"

namespace cckm {
namespace {

// Room for half a million refresh IDs, one a line.
constexpr std::size_t kLargestFile = std::size_t{64} << 20U;

ConfigResult FileProblem(const std::filesystem::path& file, const char* message) {
  return tl::make_unexpected(std::vector<ConfigProblem>{{file.string(), 0, "", message}});
}

}  // namespace

std::string ConfigProblem::ToString() const {
  std::string text = file;
  if (line != 0) text += ":" + std::to_string(line);
  for (const std::string* part : {&key, &message}) {
    if (!text.empty() && !part->empty()) text += ": ";
    text += *part;
  }
  return text;
}

ConfigResult LoadConfigFile(const std::filesystem::path& file) {
  std::error_code fault;
  const auto status = std::filesystem::status(file, fault);
  if (fault) return FileProblem(file, "does not exist or cannot be reached");
  if (!std::filesystem::is_regular_file(status)) return FileProblem(file, "must be a regular file");
  const std::uintmax_t size = std::filesystem::file_size(file, fault);
  if (fault) return FileProblem(file, "cannot be read");
  if (size > kLargestFile) return FileProblem(file, "must not be larger than 64MiB");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return FileProblem(file, "cannot be opened for reading");
  std::string text(size, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return FileProblem(file, "cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return ParseConfig(text, file);
}

ConfigResult ParseConfig(std::string_view yaml, const std::filesystem::path& file) {
  ConfigSource source(file);
  Config config;
  ReadYamlDocument(yaml, source, [&config](const YamlCursor& root) { config = ReadConfig(root); });
  if (source.HasProblems()) return tl::make_unexpected(source.TakeProblemsInFileOrder());
  return config;
}

}  // namespace cckm
