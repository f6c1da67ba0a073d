// Prints or writes the pages that are generated from the tables of the code.
//
// Usage: generate_references PAGE            prints one of them, such as metrics.md
//        generate_references --write FOLDER  writes all of them to the folder

#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include "tests/docs/reference_pages.h"

namespace cckm {
namespace {

int Print(std::string_view name) {
  for (const ReferencePage& page : ReferencePages()) {
    if (page.file != name) continue;
    std::cout << page.text();
    return 0;
  }
  std::cerr << "There is no generated page of that name.\n";
  return 2;
}

int Write(const std::filesystem::path& folder) {
  for (const ReferencePage& page : ReferencePages()) {
    std::ofstream file(folder / page.file);
    file << page.text();
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
  if (argc == 2) return cckm::Print(arguments[1]);
  if (argc == 3 && std::string_view(arguments[1]) == "--write") return cckm::Write(arguments[2]);
  std::cerr << "Usage: generate_references PAGE | --write FOLDER\n";
  return 2;
}
