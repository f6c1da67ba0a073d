// Why an address could not be listened on.  Thread-safety: plain data.

#pragma once

#include <string>

namespace cckm {

// The address that could not be listened on, and the reason in words.
struct ListenFailure {
  std::string address;
  std::string message;
};

}  // namespace cckm
