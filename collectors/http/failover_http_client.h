// HttpClient for a cluster: all requests go to the address in use, and one that gets no answer
// there is made again at the next address before anybody hears of it.
//
// No answer is: dns, connect, tls, timeout, reset, or a status of 5xx, which says of one node that
// it cannot, unless the request is incidental.  The address in use changes when a request that got
// no answer there gets one elsewhere, and only then: of many requests that fail together the first
// moves it, and a request that no address answers moves nothing.  Any other status is an answer, so
// that no credential is offered to one address after another rejected it.
//
// Thread-safety: as HttpClient.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collectors/http/http_client.h"

namespace cckm {

class FailoverHttpClient final : public HttpClient {
 public:
  // `urls` are those of the client's addresses, in their order; the first is in use at first.  The
  // client outlives this.  REQUIRES: at least one.
  FailoverHttpClient(HttpClient& client, std::vector<std::string> urls);

  // A request asks each address at most once: the one in use, then those that are not known to be
  // down, then the others.
  void Start(HttpRequest request) override;
  void CloseConnection(std::uint64_t connection) override { client_.CloseConnection(connection); }
  std::size_t InFlight() const override { return client_.InFlight(); }
  // Where no address answers, the result is that of the last one.
  std::vector<HttpResult> Wait(Nanoseconds longest) override;
  void Wake() override { client_.Wake(); }

  std::size_t AddressInUse() const override { return in_use_; }
  std::vector<AddressState> Addresses() const override { return addresses_; }

 private:
  // A request under way.
  struct Asked {
    HttpRequest request;
    std::vector<bool> addresses;  // that were asked, the present one included
    std::vector<FailedAttempt> failed;
  };

  void Send(Asked asked, std::size_t address);
  std::optional<std::size_t> NextFor(const Asked& asked) const;
  void Observe(const HttpResult& result, const Asked& asked);
  void UseAddress(std::size_t address);
  FailedAttempt FailedAttemptOf(const HttpResult& result) const;

  HttpClient& client_;
  std::vector<AddressState> addresses_;
  std::size_t in_use_ = 0;
  std::map<std::uint64_t, Asked> under_way_;  // by the tag that the client knows
  std::uint64_t next_tag_ = 0;
};

}  // namespace cckm
