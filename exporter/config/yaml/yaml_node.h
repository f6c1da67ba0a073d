// A YAML document as plain data, whose size is bounded.
//
// Made by yaml_document.cc, read through yaml_cursor.h.  Thread-safety: never changed once made.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cckm {

struct YamlNode {
  using Shared = std::shared_ptr<const YamlNode>;  // an alias shares what it stands for

  enum class Kind : std::uint8_t { kNothing, kScalar, kList, kMap };
  enum class Tag : std::uint8_t { kPlain, kText, kOther };  // kText: quoted, or tagged as text
  struct Member {
    Shared key;
    Shared value;
  };

  Kind kind = Kind::kNothing;
  Tag tag = Tag::kPlain;             // of a scalar
  int line = 0;                      // from 1; 0: not known
  std::string text = {};             // of a scalar
  std::vector<Shared> items = {};    // of a list
  std::vector<Member> members = {};  // of a map, in the order written; what is merged comes last
  std::size_t values = 1;            // itself and all below it, aliases as what they stand for

  bool IsMergeKey() const { return kind == Kind::kScalar && tag == Tag::kPlain && text == "<<"; }
};

}  // namespace cckm
