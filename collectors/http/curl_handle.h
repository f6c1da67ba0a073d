// One libcurl easy handle, and the translation of what comes back.
//
// Only curl_http_client.cc may include this.
//
// Thread-safety: every object belongs to the thread of its client.

#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/http/connection_progress.h"
#include "collectors/http/curl_headers.h"
#include "collectors/http/curl_http_client.h"
#include "collectors/http/curl_profile.h"
#include "collectors/http/tls_material.h"

namespace cckm {

// An easy handle that serves one request after the other.
class CurlHandle {
 public:
  // Largest header of an answer, all lines together, those of interim (1xx) answers included.
  static constexpr std::size_t kMaxHeaderSize = std::size_t{64} * 1024;

  // A handle with the whole profile.  Fails with ErrorKind::kInternal if libcurl refuses some of
  // it.  `shared` outlives the handle.
  static Result<std::unique_ptr<CurlHandle>> Make(const HttpClientOptions& options,
                                                  SharedByTransfers& shared,
                                                  std::shared_ptr<const TlsMaterial> material);

  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  // Sets up the next request.  Fails with ErrorKind::kInternal if its path does not begin with a
  // slash (it could then name another host) or libcurl refuses it. REQUIRES: no transfer under way;
  // its address is one of the client's.
  Result<void> Prepare(const HttpRequest& request, HeaderList headers);

  // What became of the transfer that ended with `code`.  `now` is read where the answer does not
  // say when it was given.
  HttpResult Finish(CURLcode code, WallTime now);

  // Whether it has served long enough.  libcurl 7.88 repeats a request on a new connection where a
  // kept one turns out to be dead, but a handle does so five times in its whole life.
  bool IsWorn() const { return connections_made_ >= kMaxConnections; }

  CURL* get() const { return easy_.get(); }
  const std::shared_ptr<const TlsMaterial>& material() const { return material_; }

  // Of the transfer under way; kept for the client.
  SteadyTime started{};

 private:
  CurlHandle(const HttpClientOptions& options, SharedByTransfers& shared,
             std::shared_ptr<const TlsMaterial> material);

  static constexpr long kMaxConnections = 4;

  CURLcode Configure(const HttpClientOptions& options, SharedByTransfers& shared);
  void SetTarget(CurlSetter& setter, const HttpRequest& request);
  Result<HttpResponse> Judge(CURLcode code, WallTime now);
  HttpResponse TakeAnswer(long status, WallTime now);
  std::optional<WallTime> AnswerDate();
  tl::unexpected<Error> Broken(const std::string& cause) const;
  Error Explain(CURLcode code) const;
  std::string ContentEncoding() const;

  static std::size_t OnBody(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t OnHeader(char* bytes, std::size_t size, std::size_t count,
                              void* self) noexcept;
  std::size_t ExpectedBodySize(std::size_t first_chunk) const;

  // Constant after construction.  The handle goes before the material that it points into.
  const std::shared_ptr<const TlsMaterial> material_;
  ConnectionProgress progress_;
  const CurlEasy easy_;
  const std::deque<TransferAddress>& addresses_;
  PeerCertificate& peer_;
  const bool logs_in_to_proxy_;
  const std::size_t max_body_size_;

  long connections_made_ = 0;

  // Of the transfer under way.
  std::uint64_t tag_ = 0;
  std::size_t address_index_ = 0;
  const TransferAddress* address_ = nullptr;  // none: no transfer was set up yet
  long new_connections_ = 0;
  std::shared_ptr<const Secret> bearer_token_;
  std::shared_ptr<const Secret> request_body_;
  std::string url_;
  HeaderList headers_;
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
