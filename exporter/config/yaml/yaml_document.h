// From the text of a file to the cursor at the root of its YAML document.
//
// Used by the readers of whole files of this library.  Thread-safety: as yaml_cursor.h.

#pragma once

#include <string_view>

#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

// Calls `read` with the root of the document, which may have no value.  What is no YAML, holds a
// control character or more than one document, is deeper than 32 levels or has more than a million
// values is reported to `source`; no message repeats text of the file.
void ReadYamlDocument(std::string_view yaml, ConfigSource& source, const YamlReader& read);

}  // namespace cckm
