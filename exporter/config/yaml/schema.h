// The whole documents of a configuration: what stands at the top of the configuration file, the
// lists of targets in files of their own, and what targets have to agree on.
//
// Thread-safety: a ConfigReader belongs to one thread.

#pragma once

#include <map>
#include <string>

#include "exporter/config/config.h"
#include "exporter/config/yaml/config_keys.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

class ConfigReader {
 public:
  // Reads the document of the configuration file.
  void ReadMainFile(const YamlCursor& root);
  // Reads that of a file of targets, to be called after ReadMainFile().
  void ReadTargetFile(const YamlCursor& root);

  // What is valid if no source of a document has problems.
  Config& config() { return config_; }

 private:
  struct Place {
    std::string file;
    int line;
  };

  void ReadGlobal(const YamlCursor& cursor);
  void ReadEntry(const YamlCursor& cursor);
  void CheckNameIsNew(const YamlCursor& cursor, const std::string& name);
  void CheckNamesAreNew(const GivenKeys& given, const TargetEntry& entry);

  Config config_;
  TargetSettings inherited_;
  std::map<std::string, Place> names_seen_;  // of targets
};

}  // namespace cckm
