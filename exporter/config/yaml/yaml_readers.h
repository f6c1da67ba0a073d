// Readers of single values, to be named in tables of keys.
//
// Each writes to the object it was made for, and only a value that is right; a wrong one is
// reported. The object must outlive the reader.  Thread-safety: as yaml_cursor.h.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/secret_file.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

struct DurationRange {
  Nanoseconds smallest;
  Nanoseconds largest = std::chrono::days(365);
  bool may_be_zero = false;  // although below the smallest
};

YamlReader ReadDuration(Nanoseconds& out, DurationRange range);

// A list of 1 to 100 ascending durations above zero.
YamlReader ReadBuckets(std::vector<Nanoseconds>& out);

YamlReader ReadSize(std::size_t& out, std::size_t smallest, std::size_t largest);

YamlReader ReadNumber(std::size_t& out, std::size_t smallest, std::size_t largest);
YamlReader ReadNumber(long& out, long smallest, long largest);

YamlReader ReadBoolean(bool& out);

// Text of at least one character, without control characters.
YamlReader ReadText(std::string& out);

// A path, made absolute against the file's folder.  Not looked at.
YamlReader ReadPath(std::filesystem::path& out);

// A path of a file that holds a secret of this kind and can be used.
YamlReader ReadSecretPath(std::filesystem::path& out, SecretKind kind);

// Takes no value at all and an empty text for a key that is not there.
YamlReader UnlessBlank(YamlReader read);

// Keeps the cursor for a check that needs to know other keys.
YamlReader Remember(std::optional<YamlCursor>& out);

}  // namespace cckm
