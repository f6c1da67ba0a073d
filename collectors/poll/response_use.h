// What a response turned out to be.
//
// Plain data.  Made by the classes that read responses, read by Collector.

#pragma once

namespace cckm {

struct ResponseUse {
  bool is_usable = false;           // it is the appliance's, and what was requested
  bool is_own = true;               // false: it may be the response to another request
  bool is_requested_again = false;  // the same request has to be made once more
  bool is_not_found = false;        // the appliance says that the refresh does not exist
  bool is_gone = false;             // and that is to be believed
};

}  // namespace cckm
