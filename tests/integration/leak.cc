#include "tests/integration/leak.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace cckm {

// Shows what stands before a secret, and not the secret.
void ExpectNoSecretIn(const std::string& place, std::string_view text) {
  constexpr std::size_t kContext = 100;
  for (const std::string_view mark : {kCanary, std::string_view("eyJ")}) {
    const std::size_t found = text.find(mark);
    if (found == std::string_view::npos) continue;
    const std::size_t start = found - std::min(found, kContext);
    ADD_FAILURE() << place << " holds a secret: ..." << text.substr(start, found - start);
  }
}

void ExpectNoSecretInFolder(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    ExpectNoSecretIn("a name in the folder", entry.path().string());
    if (entry.is_regular_file()) ExpectNoSecretIn(entry.path().string(), ReadAll(entry.path()));
  }
}

// Only the superuser may read the environment of a process that allows no dump.
void ExpectNoSecretInProcess(pid_t pid) {
  const std::filesystem::path folder = "/proc/" + std::to_string(pid);
  for (const char* file : {"cmdline", "environ", "comm"}) {
    ExpectNoSecretIn(folder / file, ReadAll(folder / file));
  }
}

std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace cckm
