// The end of validity of a certificate.
//
// Only this library may include this.  Thread-safety: a pure function.

#pragma once

#include <openssl/x509.h>

#include <optional>

#include "collectors/base/clock.h"

namespace cckm {

// None where it cannot be read; years that a WallTime cannot hold count as its last one.
std::optional<WallTime> EndOfValidity(const X509& certificate);

}  // namespace cckm
