// The files of page/, as CMake wrote them into the program.
//
// Thread-safety: constants.

#pragma once

#include <string_view>

namespace cckm {

extern const std::string_view kPageStyle;   // page/style.css
extern const std::string_view kPageScript;  // page/script.js

}  // namespace cckm
