#include "exporter/metrics/label_value.h"

#include <algorithm>

#include "collectors/base/bounded_name.h"
#include "collectors/base/text.h"

namespace cckm {
namespace {

bool NeedsEscape(char c) { return c == '"' || c == '\\'; }

}  // namespace

LabelValue::LabelValue(std::string_view raw) : text_(Printable(raw)) {
  const bool is_itself =
      text_ == raw && text_.size() <= kMaxName && (!EndsLikeAHash(raw) || LooksCut(raw));
  if (!is_itself) text_ = CutWithHash(text_, raw);
  text_.shrink_to_fit();
  is_plain_ = std::ranges::none_of(text_, NeedsEscape);
}

bool LabelValue::IsItself(std::string_view text) {
  const auto is_visible_ascii = [](char c) { return c >= ' ' && c <= '~'; };
  return text.size() <= kMaxName && !EndsLikeAHash(text) &&
         std::ranges::all_of(text, is_visible_ascii);
}

}  // namespace cckm
