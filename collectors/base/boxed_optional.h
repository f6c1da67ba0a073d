// An optional value that takes the space of a pointer where there is none: for what few of many
// objects have.
//
// Copied and compared like std::optional.  Thread-safety: as std::optional.

#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace cckm {

template <typename T>
class BoxedOptional {
 public:
  BoxedOptional() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): as std::optional
  BoxedOptional(std::nullopt_t) {}
  // NOLINTNEXTLINE(google-explicit-constructor): as std::optional
  BoxedOptional(T value) : value_(std::make_unique<T>(std::move(value))) {}
  BoxedOptional(const BoxedOptional& other)
      : value_(other ? std::make_unique<T>(*other) : nullptr) {}
  BoxedOptional(BoxedOptional&&) noexcept = default;
  BoxedOptional& operator=(const BoxedOptional& other) { return *this = BoxedOptional(other); }
  BoxedOptional& operator=(BoxedOptional&&) noexcept = default;
  ~BoxedOptional() = default;

  explicit operator bool() const { return value_ != nullptr; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  std::optional<T> ToOptional() const { return value_ ? std::optional(*value_) : std::nullopt; }
  // The value, or one that is made as if by T().
  T value_or_default() const { return value_ ? *value_ : T(); }
  // The value, which is made as if by T() where there is none.
  T& GetOrMake() { return value_ ? *value_ : *(value_ = std::make_unique<T>()); }
  void reset() { value_.reset(); }

  friend bool operator==(const BoxedOptional& a, const BoxedOptional& b) {
    return a && b ? *a == *b : !a && !b;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace cckm
