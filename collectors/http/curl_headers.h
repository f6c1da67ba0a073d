// The request headers of a transfer, as libcurl takes them.
//
// Only this library may include this.  Thread-safety: a const object may be used by one thread at a
// time.

#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>

#include "collectors/base/error.h"
#include "collectors/base/secret.h"

namespace cckm {

// A list of texts for libcurl, overwritten when it goes.
class CurlList {
 public:
  CurlList() = default;
  ~CurlList();
  CurlList(const CurlList&) = delete;
  CurlList& operator=(const CurlList&) = delete;

  // False if there is no memory.
  [[nodiscard]] bool Append(const char* line);
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

using HeaderList = std::shared_ptr<const CurlList>;

// What a request says of itself, so that one list serves the many requests that say the same.
struct HeaderFields {
  std::shared_ptr<const Secret> bearer_token;  // may be null
  bool has_body = false;                       // of JSON
  std::size_t address = 0;                     // as HttpRequest has it

  friend bool operator==(const HeaderFields&, const HeaderFields&) = default;
};

// `host` is the Host header.  Fails with ErrorKind::kInternal if the token holds anything but
// visible ASCII, which no header could carry.
Result<HeaderList> MakeHeaders(const HeaderFields& fields, const std::string& host);

}  // namespace cckm
