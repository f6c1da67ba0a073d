// Ownership of a C library's handle: std::unique_ptr<Handle, FreeWith<&function>>.
//
// Thread-safety: as the handle.

#pragma once

namespace cckm {

// Frees a handle with the function that is named in its type.
template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

}  // namespace cckm
