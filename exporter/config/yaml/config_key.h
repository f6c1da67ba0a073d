// A key of the configuration as one row: what it is called, where its value is kept, how it is
// read, checked and written, and what the documentation says of it.
//
// Tables of rows are in config_keys.h.  Thread-safety: rows are constant; as yaml_cursor.h.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/config/yaml/config_value.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

// What readers of the documentation, and editors, are told of a key.
struct KeyReference {
  std::string_view name;
  std::string_view meaning;  // Markdown, the end of a sentence
  AllowedValues allowed;
  WrittenValue default_value;
  std::string_view without = {};        // what holds without it, where that is no value
  std::string_view need = {};           // why it must be given; empty: it need not
  std::vector<KeyReference> keys = {};  // of a map
};

// What else a row may say.
struct KeyNotes {
  std::string_view need = {};
  std::string_view without = {};
};

// The keys that a map was given, in the order written.
struct GivenKeys {
  std::vector<std::pair<std::string_view, YamlCursor>> values = {};

  // Null where the key was not given.
  const YamlCursor* Find(std::string_view name) const {
    for (const auto& [given, value] : values) {
      if (given == name) return &value;
    }
    return nullptr;
  }
};

template <typename Object>
struct ConfigKey;
template <typename Object>
using ConfigKeys = std::vector<ConfigKey<Object>>;

// Where a value is kept: a member, or a member of a member.
template <typename... Members>
auto At(Members... members) {
  return [... members = members](auto& object) -> auto& { return (object.*....*members); };
}

// A row for a key of `Object`.  A kind of value has the functions of those in value_kinds.h.
template <typename Object>
struct ConfigKey {
  template <typename Access, typename Kind>
  ConfigKey(std::string_view name, Access access, Kind kind, std::string_view meaning,
            KeyNotes notes = {})
      : reference{.name = name,
                  .meaning = meaning,
                  .allowed = kind.Allowed(),
                  .default_value = {},
                  .without = notes.without,
                  .need = notes.need},
        read([access, kind](const YamlCursor& cursor, Object& out) {
          kind.Read(cursor, std::invoke(access, out));
        }),
        write([access, kind](const Object& object) {
          return kind.Write(std::invoke(access, object));
        }) {
    if constexpr (requires { kind.Keys(); }) {
      reference.keys = kind.Keys();
    } else {
      reference.default_value = write(Object());
    }
  }

  // The row of a part of `Object` as a row of the whole.
  template <typename Part, typename Access>
  ConfigKey(const ConfigKey<Part>& key, Access access)
      : reference(key.reference),
        read([access, read = key.read](const YamlCursor& cursor, Object& out) {
          read(cursor, std::invoke(access, out));
        }),
        write([access, write = key.write](const Object& object) {
          return write(std::invoke(access, object));
        }) {}

  KeyReference reference;
  std::function<void(const YamlCursor&, Object&)> read;
  std::function<WrittenValue(const Object&)> write;
};

// Adds the rows of the part of `Object` that `access` leads to.
template <typename Object, typename Part, typename Access>
void AddKeysOf(const ConfigKeys<Part>& part, Access access, ConfigKeys<Object>& out) {
  for (const ConfigKey<Part>& key : part) out.emplace_back(key, access);
}

// Binds rows to an object, which outlives the result, as does `given`.
template <typename Object>
std::vector<YamlKey> BindKeys(const ConfigKeys<Object>& keys, Object& out, GivenKeys& given) {
  std::vector<YamlKey> bound;
  bound.reserve(keys.size());
  for (const ConfigKey<Object>& key : keys) {
    bound.push_back({.name = key.reference.name,
                     .read =
                         [&key, &out, &given](const YamlCursor& cursor) {
                           given.values.emplace_back(key.reference.name, cursor);
                           key.read(cursor, out);
                         },
                     .need = key.reference.need});
  }
  return bound;
}

// Reads a map; nothing where it is none.
template <typename Object>
std::optional<GivenKeys> ReadKeys(const YamlCursor& cursor, const ConfigKeys<Object>& keys,
                                  Object& out) {
  GivenKeys given;
  if (!cursor.ReadMap(BindKeys(keys, out, given))) return std::nullopt;
  return given;
}

// The values of an object that are not empty.
template <typename Object>
WrittenValue WriteKeys(const ConfigKeys<Object>& keys, const Object& object) {
  WrittenValue map;
  for (const ConfigKey<Object>& key : keys) {
    WrittenValue value = key.write(object);
    if (!value.empty()) map.members.emplace_back(key.reference.name, std::move(value));
  }
  return map;
}

template <typename Object>
std::vector<KeyReference> ReferencesOf(const ConfigKeys<Object>& keys) {
  std::vector<KeyReference> references;
  for (const ConfigKey<Object>& key : keys) references.push_back(key.reference);
  return references;
}

// A kind of value: a map whose keys are rows.
template <typename Object>
struct MapValue {
  // Reports what the keys do not agree on; may be null.
  using Check = void (*)(const YamlCursor& map, const GivenKeys& given, const Object& object);

  const ConfigKeys<Object>& keys;
  Check check = nullptr;

  void Read(const YamlCursor& cursor, Object& out) const {
    const auto given = ReadKeys(cursor, keys, out);
    if (given && check != nullptr) check(cursor, *given, out);
  }
  WrittenValue Write(const Object& object) const { return WriteKeys(keys, object); }
  AllowedValues Allowed() const { return {}; }
  std::vector<KeyReference> Keys() const { return ReferencesOf(keys); }
};

// A kind of value: a list of maps whose keys are rows.
template <typename Object>
struct MapsValue {
  const ConfigKeys<Object>& keys;
  std::size_t most;

  void Read(const YamlCursor& cursor, std::vector<Object>& out) const {
    const auto items = cursor.Items();
    if (!items) return;
    if (items->size() > most) {
      return cursor.ReportError("must list at most " + std::to_string(most));
    }
    for (const YamlCursor& item : *items) ReadKeys(item, keys, out.emplace_back());
  }
  WrittenValue Write(const std::vector<Object>& objects) const {
    WrittenValue list;
    for (const Object& object : objects) list.maps.push_back(WriteKeys(keys, object));
    return list;
  }
  AllowedValues Allowed() const {
    return {.kind = ValueKind::kMaps,
            .range = "a list of at most " + std::to_string(most),
            .largest = most};
  }
  std::vector<KeyReference> Keys() const { return ReferencesOf(keys); }
};

}  // namespace cckm
