// The value of a label, made safe for every exposition format.
//
// Contract: label values are valid UTF-8 without control characters, at most 256 bytes; a longer or
// altered value ends in `~` and 16 hex digits of its SHA-256, so that two values never become one.
// For the same reason a value that ends like that from the start counts as altered, unless it is as
// long as only a name that was cut when it was read (BoundedName).
// It takes the space of a pointer, and of its bytes.
// Thread-safety: as a std::string.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace cckm {

class LabelValue {
 public:
  LabelValue() = default;

  // Makes any bytes a label value.
  explicit LabelValue(std::string_view raw);

  LabelValue(const LabelValue& other) { *this = other; }
  LabelValue(LabelValue&&) noexcept = default;
  LabelValue& operator=(const LabelValue& other);
  LabelValue& operator=(LabelValue&&) noexcept = default;
  ~LabelValue() = default;

  // Valid until it is assigned to or destroyed; one that is moved takes its text along.
  std::string_view text() const {
    if (!bytes_) return {};
    return {bytes_.get() + sizeof(Header), HeaderOf(bytes_.get()).size};
  }
  // True if no character of the text needs an escape in the text formats.
  bool is_plain() const { return !bytes_ || HeaderOf(bytes_.get()).is_plain; }

  // True for visible ASCII that is its own label value, so that it can be compared with others as
  // it is. False tells nothing.
  static bool IsItself(std::string_view text);

  friend bool operator==(const LabelValue& a, const LabelValue& b) { return a.text() == b.text(); }

 private:
  struct Header {
    std::uint16_t size;
    bool is_plain;
  };

  void Hold(std::string_view text);

  static Header HeaderOf(const char* bytes) {
    Header header{};
    std::memcpy(&header, bytes, sizeof(header));
    return header;
  }

  // A Header and the bytes of the text; null where that is empty.
  std::unique_ptr<char[]> bytes_;
};

// A label value as a writer takes it: a view of a LabelValue, or of a constant without special
// characters.
struct LabelView {
  // NOLINTNEXTLINE(google-explicit-constructor): constants are written where labels stand
  constexpr LabelView(std::string_view constant) : text(constant) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  LabelView(const LabelValue& value) : text(value.text()), is_plain(value.is_plain()) {}

  std::string_view text;
  bool is_plain = true;
};

}  // namespace cckm
