// Builds a YamlNode tree from the events of yaml-cpp's parser, and ends it where it grows too
// large.
//
// yaml-cpp's own nodes are no choice: aliases of aliases make a short document endless, and time
// grows with the square of the number of keys.
// Used by yaml_document.cc.  Thread-safety: each tree belongs to one thread.

#pragma once

#include <yaml-cpp/eventhandler.h>

#include <cstddef>
#include <string>
#include <vector>

#include "exporter/config/yaml/yaml_node.h"

namespace cckm {

// Thrown to leave yaml-cpp's parser: the document is not read any further.
struct YamlRefusal {
  int line;
  std::string message;
};

class YamlTree final : public YAML::EventHandler {
 public:
  // Null until a document was handled.
  const YamlNode::Shared& root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { Close(); }

 private:
  // A list or map that is being read.
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    YamlNode::Shared key;  // of a map, whose value comes next
  };

  void Enter(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor);
  void Close();
  // Takes a value that is complete; `anchor` is 0 where it has none.
  void Take(YamlNode node, YAML::anchor_t anchor);
  void Place(YamlNode::Shared node);
  void CountValues(std::size_t more, int line);

  std::vector<Open> open_;                  // from the outermost inwards
  std::vector<YamlNode::Shared> anchored_;  // by anchor; null while it is being read
  std::size_t values_ = 0;
  YamlNode::Shared root_;
};

}  // namespace cckm
