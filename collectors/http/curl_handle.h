// One libcurl easy handle, its safe profile, and the translation of what comes back.
//
// Only curl_http_client.cc may include this.
//
// Thread-safety: every object belongs to the thread of its client.

#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/secret.h"
#include "collectors/http/curl_http_client.h"

namespace cckm {

// Frees a C handle with the function that is named in its type.
template <auto Free>
struct CurlDeleter {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

using CurlMulti = std::unique_ptr<CURLM, CurlDeleter<&curl_multi_cleanup>>;
using CurlEasy = std::unique_ptr<CURL, CurlDeleter<&curl_easy_cleanup>>;
using CurlUrl = std::unique_ptr<CURLU, CurlDeleter<&curl_url_cleanup>>;
using CurlText = std::unique_ptr<char, CurlDeleter<&curl_free>>;

// The parts of a base URL that a handle needs.  Both are empty if the URL cannot be read.
struct UrlParts {
  std::string scheme;
  std::string authority;  // host, or host:port; never a user name
};

UrlParts SplitBaseUrl(const std::string& base_url);

// The request headers that depend on the token only, so that one list serves many requests.  Its
// text is overwritten when it goes.
class HeaderList {
 public:
  // `token` may be null.  Fails with ErrorKind::kInternal if it holds anything but visible ASCII,
  // which no header could carry.
  static Result<std::shared_ptr<const HeaderList>> For(const Secret* token);

  HeaderList() = default;
  ~HeaderList();
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  curl_slist* get() const { return list_; }

 private:
  bool Append(const char* line);

  curl_slist* list_ = nullptr;
};

// An easy handle that serves one GET request after the other.
class CurlHandle {
 public:
  // Largest header of an answer, all lines together, those of interim (1xx) answers included.
  static constexpr std::size_t kMaxHeaderSize = std::size_t{64} * 1024;

  // A handle with every option that does not change from request to request.  Fails with
  // ErrorKind::kInternal if libcurl refuses one of them: no request may leave without all of them.
  static Result<std::unique_ptr<CurlHandle>> Make(const HttpClientOptions& options,
                                                  const UrlParts& url);

  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  // Sets up the next request, to base URL + `path`.  Fails with ErrorKind::kInternal if `path` does
  // not begin with a slash (it could then name another host) or libcurl refuses it. REQUIRES: no
  // transfer under way.
  Result<void> Prepare(const std::string& path, std::shared_ptr<const HeaderList> headers);

  // What became of the transfer that ended with `code`.
  Result<HttpAnswer> Finish(CURLcode code);

  CURL* get() const { return easy_.get(); }

  // Of the transfer under way; kept for the client.
  std::uint64_t tag = 0;
  SteadyTime started{};

 private:
  CurlHandle(const HttpClientOptions& options, const UrlParts& url);

  CURLcode Configure(const HttpClientOptions& options, const UrlParts& url);
  HttpAnswer TakeAnswer(long status);
  std::optional<WallTime> AnswerDate();
  tl::unexpected<Error> Broken(const std::string& cause) const;
  Error Explain(CURLcode code) const;
  std::string Sentence(const std::string& cause) const;

  static std::size_t OnBody(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t OnHeader(char* bytes, std::size_t size, std::size_t count,
                              void* self) noexcept;
  std::size_t ExpectedBodySize(std::size_t first_chunk) const;

  // Constant after construction.
  CurlEasy easy_;
  const std::string base_url_;
  const std::string authority_;
  const std::size_t max_body_size_;

  // Of the transfer under way.
  std::string url_;
  std::shared_ptr<const HeaderList> headers_;
  std::string body_;
  std::size_t header_size_ = 0;
  bool header_ended_ = false;
  const char* refusal_ = nullptr;  // why a callback stopped the transfer
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  // The last Date header and its meaning: it changes once a second, answers come more often.
  std::string date_text_;
  std::optional<WallTime> date_;
};

}  // namespace cckm
