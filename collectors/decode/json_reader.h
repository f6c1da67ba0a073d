// Bytes of an answer to the root of a checked JSON document, and access to members of its objects.
//
// Called by the files of this library.  Thread-safety: one JsonReader belongs to one thread.

#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>
#include <vector>

#include "collectors/decode/decoder.h"
#include "collectors/decode/duplicate_keys.h"
#include "collectors/decode/shortener.h"

namespace cckm {

class JsonReader {
 public:
  // `shortener` outlives this.
  explicit JsonReader(const Shortener& shortener) : shortener_(shortener) {}

  // The root object of the body, or what it holds under a lone "application/json" key.  It and all
  // that is reached from it live until the next call.  Fails with kJson where the body is no single
  // JSON document, with kSchema where it is no object or has a duplicate key (then with
  // kDuplicateKey and the id that its root tells), and with kInternal where memory is short.
  Decoded<simdjson::dom::object> Read(std::string_view body);

 private:
  Decoded<simdjson::dom::element> Parse(std::string_view body);

  tl::unexpected<DecodeFailure> DoubledKey(simdjson::dom::element root, std::string_view key) const;

  const Shortener& shortener_;
  simdjson::dom::parser parser_;
  std::vector<char> padded_body_;  // grows only
  DuplicateKeys duplicate_keys_;
};

// The member of that name, or nothing where it is missing or null.
std::optional<simdjson::dom::element> Member(simdjson::dom::object object, std::string_view name);

// The object or text that an element is, or nothing where it is something else.
std::optional<simdjson::dom::object> AsObject(simdjson::dom::element element);
std::optional<std::string_view> AsString(simdjson::dom::element element);

// The text of the member of that name, or nothing where there is no such string.
std::optional<std::string_view> StringMember(simdjson::dom::object object, std::string_view name);

}  // namespace cckm
