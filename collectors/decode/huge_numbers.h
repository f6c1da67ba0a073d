// Numbers that JSON allows and simdjson refuses: integers beyond 64 bits, and floats beyond a
// double.
//
// Called by JsonReader when simdjson has refused a body.  Thread-safety: a pure function.

#pragma once

#include <span>

namespace cckm {

// Writes null and blanks over each of them, so that whoever reads that member finds nothing there
// and everybody else is not disturbed.  What is no JSON stays as it is.  Returns whether there was
// any.
bool BlankHugeNumbers(std::span<char> json);

}  // namespace cckm
