// The kinds of values that keys have: each reads and checks a value, writes it, and says what is
// allowed.
//
// Read() reports what is wrong, and then leaves the value as it is, or sets one that is of no use.
// Thread-safety: as yaml_cursor.h.

#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/secret_file.h"
#include "exporter/config/target_files.h"
#include "exporter/config/yaml/config_value.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

struct SwitchValue {
  void Read(const YamlCursor& cursor, bool& out) const;
  WrittenValue Write(bool value) const { return {.text = value ? "true" : "false"}; }
  AllowedValues Allowed() const { return {ValueKind::kSwitch, "true or false"}; }
};

// A whole number.
template <typename Number>
struct NumberValue {
  Number smallest;
  Number largest;

  void Read(const YamlCursor& cursor, Number& out) const;
  WrittenValue Write(Number value) const { return {.text = std::to_string(value)}; }
  AllowedValues Allowed() const;
};
extern template struct NumberValue<std::size_t>;
extern template struct NumberValue<long>;

struct DurationValue {
  Nanoseconds smallest;
  bool may_be_zero = false;  // although below the smallest
  Nanoseconds largest = std::chrono::days(365);

  void Read(const YamlCursor& cursor, Nanoseconds& out) const;
  WrittenValue Write(Nanoseconds value) const;
  AllowedValues Allowed() const;
};

struct SizeValue {
  std::size_t smallest;  // in bytes
  std::size_t largest;

  void Read(const YamlCursor& cursor, std::size_t& out) const;
  WrittenValue Write(std::size_t value) const;
  AllowedValues Allowed() const;
};

// Text of at least one character, without control characters.
struct TextValue {
  void Read(const YamlCursor& cursor, std::string& out) const;
  WrittenValue Write(const std::string& value) const { return {.text = value}; }
  AllowedValues Allowed() const { return {ValueKind::kText, "text"}; }
};

// A user name for basic authentication, whose colon the whole map is told of.
struct ProxyUserValue : TextValue {
  AllowedValues Allowed() const { return {ValueKind::kProxyUser, "text without a colon"}; }
};

// A path, made absolute against the file's folder.  Not looked at.
struct PathValue {
  void Read(const YamlCursor& cursor, std::filesystem::path& out) const;
  WrittenValue Write(const std::filesystem::path& value) const { return {.text = value.string()}; }
  AllowedValues Allowed() const { return {ValueKind::kPath, "path"}; }
};

// The path of a file that holds a secret of this kind and can be used.
struct SecretPathValue : PathValue {
  explicit SecretPathValue(SecretKind kind_of_secret) : kind(kind_of_secret) {}
  void Read(const YamlCursor& cursor, std::filesystem::path& out) const;

  SecretKind kind;
};

// The path of a file with the authorities to trust in a proxy's certificate.
struct ProxyAuthorityPathValue : PathValue {
  void Read(const YamlCursor& cursor, std::filesystem::path& out) const;
};

struct TargetNameValue : TextValue {
  void Read(const YamlCursor& cursor, std::string& out) const;
  AllowedValues Allowed() const;
};

struct HostNameValue : TextValue {
  void Read(const YamlCursor& cursor, std::string& out) const;
  AllowedValues Allowed() const { return {ValueKind::kHostName, "host name"}; }
};

struct ApplianceUrlValue : TextValue {
  void Read(const YamlCursor& cursor, std::string& out) const;
  AllowedValues Allowed() const;
};

// Those of the nodes of one cluster, each once however it is spelled.
struct ApplianceUrlsValue {
  void Read(const YamlCursor& cursor, std::vector<std::string>& out) const;
  WrittenValue Write(const std::vector<std::string>& value) const { return {.items = value}; }
  AllowedValues Allowed() const;
};

struct ProxyUrlValue : TextValue {
  void Read(const YamlCursor& cursor, std::string& out) const;
  AllowedValues Allowed() const;
};

// Whether only TLS 1.3 will do.
struct TlsVersionValue {
  void Read(const YamlCursor& cursor, bool& tls13_only) const;
  WrittenValue Write(bool tls13_only) const { return {.text = tls13_only ? "TLS13" : "TLS12"}; }
  AllowedValues Allowed() const { return {ValueKind::kTlsVersion, "TLS12 or TLS13"}; }
};

// Ascending durations above zero.
struct BucketsValue {
  void Read(const YamlCursor& cursor, std::vector<Nanoseconds>& out) const;
  WrittenValue Write(const std::vector<Nanoseconds>& value) const;
  AllowedValues Allowed() const;
};

// Each once.
struct RefreshIdsValue {
  void Read(const YamlCursor& cursor, std::vector<std::string>& out) const;
  WrittenValue Write(const std::vector<std::string>& value) const { return {.items = value}; }
  AllowedValues Allowed() const {
    return {ValueKind::kRefreshIds, "1 to 128 of `A-Z a-z 0-9 . _ : -`, but neither `.` nor `..`"};
  }
};

// Patterns of files with refresh IDs; the files that they match now are opened.
struct RefreshIdFilesValue {
  void Read(const YamlCursor& cursor, std::vector<std::filesystem::path>& out) const;
  WrittenValue Write(const std::vector<std::filesystem::path>& value) const;
  AllowedValues Allowed() const {
    return {ValueKind::kPathPatterns, "paths; `*`, `?` and `[...]` match"};
  }
};

// Patterns of files of targets, which are looked at and not opened.
struct TargetFilesValue {
  void Read(const YamlCursor& cursor, TargetFiles& out) const;
};

struct SuccessTextsValue {
  void Read(const YamlCursor& cursor, std::vector<std::string>& out) const;
  WrittenValue Write(const std::vector<std::string>& value) const { return {.items = value}; }
  AllowedValues Allowed() const;
};

// The reader of a value of this kind into `out`, which outlives it.
template <typename Kind, typename Value>
YamlReader ReadInto(Value& out, Kind kind) {
  return [&out, kind](const YamlCursor& cursor) { kind.Read(cursor, out); };
}

// Takes no value at all and an empty text for a key that is not there.
YamlReader UnlessBlank(YamlReader read);

}  // namespace cckm
