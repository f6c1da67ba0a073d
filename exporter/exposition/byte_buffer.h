// A growing block of bytes for one exposition.
//
// Unlike std::string it grows by realloc, which for large blocks moves pages instead of bytes, and
// it never initialises what it reserves: a body of many megabytes costs the memory of its bytes
// once.
// Thread-safety: as a std::string.

#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace cckm {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  // A copy of these bytes, with no room for more.  Throws std::bad_alloc.
  explicit ByteBuffer(std::string_view bytes);
  // A buffer that was moved from is empty.
  ByteBuffer(ByteBuffer&& other) noexcept;
  ByteBuffer& operator=(ByteBuffer&& other) noexcept;

  std::string_view view() const { return {data_.get(), size_}; }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

  // Makes room for at least `more` bytes behind the end.  Throws std::bad_alloc.
  void Reserve(std::size_t more) {
    if (capacity_ - size_ < more) Grow(more);
  }

  void Append(std::string_view bytes) {
    Reserve(bytes.size());
    AppendReserved(bytes);
  }

  // REQUIRES: room for them was reserved.
  void AppendReserved(std::string_view bytes) {
    if (bytes.empty()) return;  // memcpy takes no null pointer, not even for nothing
    std::memcpy(data_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  // Where the next byte goes.  REQUIRES: room was reserved for what is written there; Advance()
  // follows.
  char* end() { return data_.get() + size_; }
  void Advance(std::size_t written) { size_ += written; }

  // REQUIRES: there are as many.
  void RemoveLast(std::size_t bytes) { size_ -= bytes; }

  std::size_t capacity() const { return capacity_; }

 private:
  struct Free {
    void operator()(char* block) const { std::free(block); }
  };

  void Grow(std::size_t more);

  std::unique_ptr<char, Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace cckm
