// A URL as libcurl reads it.
//
// Used by the parts of this library that take URLs apart.  Thread-safety: pure functions.

#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "collectors/base/free_with.h"

namespace cckm {

using CurlUrl = std::unique_ptr<CURLU, FreeWith<&curl_url_cleanup>>;

// Null if the text is no URL.
inline CurlUrl ReadCurlUrl(const std::string& text) {
  CurlUrl url(curl_url());
  if (url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) url.reset();
  return url;
}

// Empty where there is none.
inline std::string PartOf(const CurlUrl& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  curl_url_get(url.get(), part, &text, flags);
  const std::unique_ptr<char, FreeWith<&curl_free>> owned(text);
  return owned ? owned.get() : "";
}

}  // namespace cckm
