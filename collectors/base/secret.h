// A password or bearer token: text that can be used but not printed.
//
// There is no conversion to a string, no stream operator and no formatter; the one way to the text
// is Reveal(), so that every use can be found by name.  The memory is overwritten when the object
// goes.
//
// Thread-safety: a const object may be read from any thread.

#pragma once

#include <string>
#include <string_view>

namespace cckm {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // The text itself, for the request that needs it.  Valid as long as this object.
  std::string_view Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  void Wipe() noexcept;

  std::string text_;
};

}  // namespace cckm
