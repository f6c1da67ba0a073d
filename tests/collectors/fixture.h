// Bodies kept as files below tests/fixtures, for tests.
//
// Thread-safety: pure function.

#pragma once

#include <string>

namespace cckm {

// The bytes of a file, named relative to the folder of fixtures; throws where there is none.
std::string ReadFixture(const std::string& name);

}  // namespace cckm
