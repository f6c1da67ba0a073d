#include "exporter/config/config_file.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>

#include "exporter/config/schema.h"
#include "exporter/config/yaml_cursor.h"

namespace cckm {
namespace {

// Room for half a million refresh IDs, one a line.
constexpr std::size_t kLargestFile = std::size_t{64} << 20U;

// yaml-cpp takes byte 4 for the end of the file and 0 for a sign of UTF-16, so that what follows
// would be lost in silence.  Returns the line of the first such character, or 0.
int LineOfControlCharacter(std::string_view text) {
  const auto* found = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  if (found == text.end()) return 0;
  return 1 + static_cast<int>(std::count(text.begin(), found, '\n'));
}

// yaml-cpp appends what it found to some of its sentences, which might be a secret.
std::string WithoutDetail(const std::string& message) {
  return message.substr(0, message.find(':'));
}

void ReadDocument(std::string_view yaml, ConfigSource& source, Config& out) {
  if (const int line = LineOfControlCharacter(yaml); line != 0) {
    source.Add(line, "", "must not hold control characters");
    return;
  }
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(yaml));
    if (documents.size() > 1) {
      source.Add(documents[1].Mark().line + 1, "", "must be a single YAML document");
    }
    const YAML::Node root = documents.empty() ? YAML::Node() : documents.front();
    out = ReadConfig(YamlCursor(root, 1, source));
  } catch (const YAML::Exception& fault) {
    source.Add(std::max(fault.mark.line, 0) + 1, "", "is not YAML: " + WithoutDetail(fault.msg));
  }
}

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
  ReadDocument(yaml, source, config);
  if (source.HasProblems()) return tl::make_unexpected(source.TakeProblemsInFileOrder());
  return config;
}

}  // namespace cckm
