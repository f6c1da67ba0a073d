#include "exporter/config/config_problem.h"

#include "collectors/base/redact.h"

namespace cckm {

std::string ConfigProblem::ToString() const {
  std::string text = file;
  if (line != 0) text += ":" + std::to_string(line);
  for (const std::string* part : {&key, &message}) {
    if (!text.empty() && !part->empty()) text += ": ";
    text += *part;
  }
  RedactTokens(text);
  return text;
}

}  // namespace cckm
