// Writes the pages that are generated from the tables of the code.
//
// Usage: generate_references FOLDER

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>

#include "tests/docs/reference_pages.h"

namespace cckm {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int Write(const std::filesystem::path& folder) {
  for (const ReferencePage& page : ReferencePages()) {
    const std::string text = page.text(Read(folder / page.file));
    std::ofstream file(folder / page.file);
    file << text;
    if (!file.flush()) {
      std::cerr << page.file << " cannot be written.\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace cckm

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (argc == 2) return cckm::Write(arguments[1]);
  std::cerr << "Usage: generate_references FOLDER\n";
  return 2;
}
