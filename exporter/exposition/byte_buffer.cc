#include "exporter/exposition/byte_buffer.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace cckm {
namespace {

constexpr std::size_t kSmallestCapacity = 4096;
constexpr std::size_t kLargestCapacity = std::numeric_limits<std::ptrdiff_t>::max();

}  // namespace

ByteBuffer::ByteBuffer(std::string_view bytes)
    : data_(static_cast<char*>(std::malloc(bytes.size()))), capacity_(bytes.size()) {
  if (data_ == nullptr && !bytes.empty()) throw std::bad_alloc();
  AppendReserved(bytes);
}

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : data_(std::move(other.data_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void ByteBuffer::Grow(std::size_t more) {
  if (more > kLargestCapacity - size_) throw std::bad_alloc();
  // Doubling costs address space only: a page that is never written to is never resident.
  const std::size_t wanted = std::max({size_ + more, capacity_ * 2, kSmallestCapacity});
  void* grown = std::realloc(data_.get(), wanted);
  if (grown == nullptr) throw std::bad_alloc();
  static_cast<void>(data_.release());  // realloc took it over
  data_.reset(static_cast<char*>(grown));
  capacity_ = wanted;
}

}  // namespace cckm
