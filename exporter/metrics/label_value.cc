#include "exporter/metrics/label_value.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "collectors/base/bounded_name.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

bool NeedsEscape(char c) { return c == '"' || c == '\\'; }

std::string TextFor(std::string_view raw) {
  std::string text = Printable(raw);
  const bool is_itself =
      text == raw && text.size() <= kMaxName && (!EndsLikeAHash(raw) || LooksCut(raw));
  return is_itself ? text : CutWithHash(text, raw);
}

}  // namespace

LabelValue::LabelValue(std::string_view raw) {
  if (IsItself(raw)) {
    Hold(raw);
  } else {
    Hold(TextFor(raw));
  }
}

void LabelValue::Hold(std::string_view text) {
  if (text.empty()) return;
  const Header header{.size = static_cast<std::uint16_t>(text.size()),
                      .is_plain = std::ranges::none_of(text, NeedsEscape)};
  bytes_ = std::make_unique_for_overwrite<char[]>(sizeof(header) + text.size());
  std::memcpy(bytes_.get(), &header, sizeof(header));
  std::memcpy(bytes_.get() + sizeof(header), text.data(), text.size());
}

LabelValue& LabelValue::operator=(const LabelValue& other) {
  if (this == &other) return *this;
  bytes_.reset();
  if (!other.bytes_) return *this;
  const std::size_t size = sizeof(Header) + other.text().size();
  bytes_ = std::make_unique_for_overwrite<char[]>(size);
  std::memcpy(bytes_.get(), other.bytes_.get(), size);
  return *this;
}

bool LabelValue::IsItself(std::string_view text) {
  const auto is_visible_ascii = [](char c) { return c >= ' ' && c <= '~'; };
  return text.size() <= kMaxName && !EndsLikeAHash(text) &&
         std::ranges::all_of(text, is_visible_ascii);
}

}  // namespace cckm
