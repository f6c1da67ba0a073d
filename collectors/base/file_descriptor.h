// A file descriptor that closes itself.
//
// Thread-safety: each object belongs to one thread at a time.

#pragma once

#include <unistd.h>

#include <utility>

namespace cckm {

class FileDescriptor {
 public:
  // Takes `number` over; -1 is none.
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }

  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace cckm
