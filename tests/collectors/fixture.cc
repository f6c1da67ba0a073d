#include "tests/collectors/fixture.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace cckm {

// CCKM_FIXTURES_DIR is defined by the build, for this file alone.
std::string ReadFixture(const std::string& name) {
  std::ifstream file(std::string(CCKM_FIXTURES_DIR) + "/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace cckm
