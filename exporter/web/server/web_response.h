// What a client is answered, before it is written.  Thread-safety: plain data.

#pragma once

#include <memory>
#include <string>

#include "exporter/config/web_config.h"
#include "exporter/exposition/body.h"

namespace cckm {

struct WebResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  WebHeaders headers = {};                  // beyond those that every answer carries
  std::string text = {};                    // the body, unless `shared` is set
  std::shared_ptr<const Body> shared = {};  // a body that is shared with other answers
  // A place that others may wait for, released when the last byte was written.
  std::shared_ptr<void> held_until_written = {};
};

}  // namespace cckm
