// Sets options of one of libcurl's easy handles until one is refused.
//
// Only this library may include this.  Thread-safety: as the handle.

#pragma once

#include <curl/curl.h>

#include <string_view>

namespace cckm {

class CurlSetter {
 public:
  explicit CurlSetter(CURL* easy) : easy_(easy) {}

  template <typename Value>
  void Set(CURLoption option, Value value) {
    if (result_ == CURLE_OK) result_ = curl_easy_setopt(easy_, option, value);
  }

  // The text is not copied: `text` must outlive the handle.
  void SetBlob(CURLoption option, std::string_view text) {
    curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
    Set(option, &blob);
  }

  // Of the first that was refused.
  CURLcode result() const { return result_; }

 private:
  CURL* const easy_;
  CURLcode result_ = CURLE_OK;
};

}  // namespace cckm
