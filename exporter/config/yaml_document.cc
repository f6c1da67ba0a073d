#include "exporter/config/yaml_document.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace cckm {
namespace {

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

// yaml-cpp calls itself for every level of the document, up to 500 of them, which takes more stack
// than a thread that serves a request has: it gets a thread of the usual size.
std::vector<YAML::Node> Parse(std::string_view yaml) {
  std::vector<YAML::Node> documents;
  std::exception_ptr fault;
  std::thread([&] {
    try {
      documents = YAML::LoadAll(std::string(yaml));
    } catch (...) {
      fault = std::current_exception();
    }
  }).join();
  if (fault != nullptr) std::rethrow_exception(fault);
  return documents;
}

}  // namespace

void ReadYamlDocument(std::string_view yaml, ConfigSource& source, const YamlReader& read) {
  if (const int line = LineOfControlCharacter(yaml); line != 0) {
    source.Add(line, "", "must not hold control characters");
    return;
  }
  try {
    const std::vector<YAML::Node> documents = Parse(yaml);
    if (documents.size() > 1) {
      source.Add(documents[1].Mark().line + 1, "", "must be a single YAML document");
    }
    const YAML::Node root = documents.empty() ? YAML::Node() : documents.front();
    read(YamlCursor(root, 1, source));
  } catch (const YAML::Exception& fault) {
    source.Add(std::max(fault.mark.line, 0) + 1, "", "is not YAML: " + WithoutDetail(fault.msg));
  } catch (const std::system_error&) {
    source.Add(0, "", "cannot be read now: the system gives no thread");
  }
}

}  // namespace cckm
