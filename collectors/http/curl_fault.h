// What libcurl's result codes mean to the exporter.
//
// Only this room may include this.  Thread-safety: pure functions.

#pragma once

#include <curl/curl.h>

#include "collectors/base/error.h"

namespace cckm {

struct CurlFault {
  CURLcode code;
  ErrorKind kind;
  const char* cause;  // null: libcurl's own words
};

// A code that is not in the table is ErrorKind::kInternal.
CurlFault FaultOf(CURLcode code);

// For an option that libcurl does not take.
Error RefusedByCurl(CURLcode code);

}  // namespace cckm
