// Bodies kept as files below tests/fixtures, for tests.
//
// CCKM_FIXTURES_DIR is defined by the build.  Thread-safety: pure function.

#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace cckm {

// The bytes of a file, named relative to the folder of fixtures; throws where there is none.
inline std::string ReadFixture(const std::string& name) {
  std::ifstream file(std::string(CCKM_FIXTURES_DIR) + "/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace cckm
