// Reads a YAML document key by key, reports every problem, and goes on.
//
// Used by the readers of this library only.  Thread-safety: each document belongs to one thread.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/config/config_problem.h"
#include "exporter/config/yaml/yaml_node.h"

namespace cckm {

// The file that is being read and what was found wrong with it so far.
class ConfigSource {
 public:
  explicit ConfigSource(const std::filesystem::path& file);

  // Keeps the first thousand and counts the others.
  void Add(int line, std::string key, std::string message);
  bool HasProblems() const { return !problems_.empty(); }
  std::vector<ConfigProblem> TakeProblemsInFileOrder();

  // What is odd and no error.
  void Warn(int line, std::string key, std::string message);
  std::vector<std::string> TakeWarnings() { return std::move(warnings_); }

  const std::string& file() const { return file_; }

  // The absolute form of a path written in the file.
  std::filesystem::path Absolute(const std::string& written) const;

 private:
  std::string file_;
  std::filesystem::path folder_;
  std::vector<ConfigProblem> problems_;
  std::size_t more_problems_ = 0;
  std::vector<std::string> warnings_;
};

class YamlCursor;
using YamlReader = std::function<void(const YamlCursor&)>;

// One key that a map may have.
struct YamlKey {
  std::string_view name;
  YamlReader read;
  std::string_view need = {};  // why the key must be there; empty: it may be left out
};

// One value of the document.  It must not outlive its ConfigSource.
class YamlCursor {
 public:
  // REQUIRES: a node.
  YamlCursor(YamlNode::Shared node, int line, ConfigSource& source)
      : node_(std::move(node)), line_(line), source_(&source) {}

  int line() const { return line_; }
  const std::string& path() const { return path_; }
  const std::string& file() const { return source_->file(); }

  // Reports that the value is wrong.  The message says what is allowed and does not repeat the
  // value.
  void ReportError(std::string message) const { source_->Add(line_, path_, std::move(message)); }

  // Reports that a key of this map must be there, and why.
  void ReportMissing(std::string_view key, std::string_view need) const;

  // Says that the value is odd, and no error.
  void Warn(std::string message) const { source_->Warn(line_, path_, std::move(message)); }

  // Whether a text may stand here; none: any.
  using Fits = std::function<bool(std::string_view)>;
  // The text of a scalar, quoted or not, that fits.  Anything else is reported with `rule`.
  std::optional<std::string> Text(std::string_view rule, const Fits& fits = nullptr) const;
  // The text of a scalar without quotes, as numbers and booleans are written.
  std::optional<std::string> PlainText(std::string_view rule, const Fits& fits = nullptr) const;

  // False for no value at all, an empty list and an empty map.
  bool HasContent() const {
    return Is(YamlNode::Kind::kScalar) || !node_->items.empty() || !node_->members.empty();
  }

  // True for a scalar, quoted or not.
  bool IsText() const { return Is(YamlNode::Kind::kScalar); }

  // True for no value at all and for an empty text.
  bool IsBlank() const {
    return Is(YamlNode::Kind::kNothing) || (Is(YamlNode::Kind::kScalar) && node_->text.empty());
  }

  // True for a map that has the key, whatever its value.
  bool Has(std::string_view key) const;

  // The entries of a list.  Anything else is reported; no value at all is an empty list.
  std::optional<std::vector<YamlCursor>> Items() const;

  // The entries of a map whose keys are free, in the order written.  Anything else and repeated
  // keys are reported; no value at all is an empty map.
  std::optional<std::vector<std::pair<std::string, YamlCursor>>> Entries() const;

  // Reads a map: each known key with its reader, in the order written.  Unknown, repeated and
  // missing keys and anything but a map are reported; no value at all is an empty map.
  // Returns false where it is no map.
  bool ReadMap(const std::vector<YamlKey>& keys) const;

  std::filesystem::path Absolute(const std::string& written) const {
    return source_->Absolute(written);
  }

 private:
  struct Member {
    std::string name;
    YamlNode::Shared value;
    int line;
  };

  bool Is(YamlNode::Kind kind) const { return node_->kind == kind; }
  std::vector<Member> Members() const;
  YamlCursor Child(YamlNode::Shared node, int line, const std::string& path_end) const;
  // `before` is the member above it, or null.
  void ReadMember(const Member& member, const std::vector<YamlKey>& keys,
                  const Member* before) const;

  YamlNode::Shared node_;
  int line_;
  ConfigSource* source_;
  std::string path_;
};

}  // namespace cckm
