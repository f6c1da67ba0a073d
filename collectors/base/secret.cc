#include "collectors/base/secret.h"

#include <string.h>  // explicit_bzero

#include <utility>

namespace cckm {

// A moved-from short string keeps its characters in place, so the other side is wiped by hand.
Secret::Secret(Secret&& other) noexcept { *this = std::move(other); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe();
    text_ = other.text_;
    other.Wipe();
  }
  return *this;
}

Secret::~Secret() { Wipe(); }

void Secret::Wipe() noexcept {
  explicit_bzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace cckm
