#include "exporter/config/yaml/yaml_document.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>
#include <string>

#include "collectors/base/text.h"
#include "exporter/config/yaml/yaml_tree.h"

namespace cckm {
namespace {

// yaml-cpp takes byte 4 for the end of the file and 0 for a sign of UTF-16, so that what follows
// would be lost in silence.  Returns the line of the first such character, or 0.
int LineOfControlCharacter(std::string_view text) {
  const auto* found = std::ranges::find_if(
      text, [](char c) { return IsControlCharacter(c) && c != '\t' && c != '\n' && c != '\r'; });
  if (found == text.end()) return 0;
  return 1 + static_cast<int>(std::count(text.begin(), found, '\n'));
}

// yaml-cpp keeps everything between a bracket and the one that closes it, at 250 bytes a mark,
// before it tells of the first.
bool HasTooManyMarks(std::string_view text) {
  constexpr std::size_t kMaxMarks = 2'000'000;
  constexpr std::string_view kMarks = ",[]{}?&*!\"':";
  constexpr std::string_view kAfterColon = ",[]{} \t\r\n";
  std::size_t marks = 0;
  for (std::size_t at = text.find_first_of(kMarks); at != std::string_view::npos;
       at = text.find_first_of(kMarks, at + 1)) {
    const bool is_part_of_word = text[at] == ':' && at + 1 < text.size() &&
                                 kAfterColon.find(text[at + 1]) == std::string_view::npos;
    if (!is_part_of_word && ++marks > kMaxMarks) return true;
  }
  return false;
}

// What to do about what yaml-cpp says, by how that begins.
struct Advice {
  std::string_view words;
  std::string_view advice;
};
constexpr std::string_view kLookAtIndentation =
    "; look at the indentation of this line: keys of one map, and dashes of one list, begin in one "
    "column";
constexpr std::array<Advice, 8> kAdvice = {{
    {"end of map not found", kLookAtIndentation},
    {"end of sequence not found", kLookAtIndentation},
    {"illegal map value",
     "; look at the indentation of this line and at that of the one above, and write text with a "
     "colon in quotes"},
    {"illegal block entry",
     "; look at the indentation of this line: a dash begins a line, behind blanks and no tab"},
    {"illegal tab", "; write blanks in place of the tab"},
    {"end of map flow not found", "; a { is not closed"},
    {"end of sequence flow not found", "; a [ is not closed"},
    {"unknown token", "; write text that begins with @, ` or % in quotes"},
}};

// yaml-cpp appends what it found to some of its sentences, which might be a secret.
std::string Explain(const std::string& words) {
  std::string sentence = "is not YAML: " + words.substr(0, words.find(':'));
  const auto* found = std::ranges::find_if(
      kAdvice, [&words](const Advice& row) { return words.starts_with(row.words); });
  if (found != kAdvice.end()) sentence += found->advice;
  return sentence;
}

// The root of the document.  yaml-cpp takes a stray comma for the begin of endlessly many further
// ones: of what comes after the first no more than one is looked at.
YamlNode::Shared Parse(std::string_view yaml) {
  std::istringstream stream{std::string(yaml)};
  YAML::Parser parser(stream);
  YamlTree tree;
  parser.HandleNextDocument(tree);
  if (YamlTree second; parser.HandleNextDocument(second)) {
    throw YamlRefusal{second.root()->line, "must be a single YAML document"};
  }
  return tree.root() != nullptr ? tree.root() : std::make_shared<const YamlNode>();
}

}  // namespace

void ReadYamlDocument(std::string_view yaml, ConfigSource& source, const YamlReader& read) {
  if (const int line = LineOfControlCharacter(yaml); line != 0) {
    source.Add(line, "", "must not hold control characters");
    return;
  }
  if (HasTooManyMarks(yaml)) {
    source.Add(0, "", "must not have more than 2000000 commas, colons, quotes and brackets");
    return;
  }
  try {
    read(YamlCursor(Parse(yaml), 1, source));
  } catch (const YAML::Exception& fault) {
    source.Add(std::max(fault.mark.line, 0) + 1, "", Explain(fault.msg));
  } catch (const YamlRefusal& refusal) {
    source.Add(refusal.line, "", refusal.message);
  }
}

}  // namespace cckm
