#include "collectors/http/failover_http_client.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cckm {
namespace {

constexpr long kFirstServerFault = 500;
constexpr long kStatusUnauthorized = 401;

constexpr std::array kUnanswered = {ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kReset,
                                    ErrorKind::kTimeout, ErrorKind::kTls};

// Whether the address answered; none: the request failed here, and says nothing of the address.
std::optional<bool> Answered(const HttpResult& result) {
  if (result.answer) return result.answer->status < kFirstServerFault;
  const ErrorKind kind = result.answer.error().kind;
  if (std::ranges::count(kUnanswered, kind) != 0) return false;
  return kind == ErrorKind::kTooLarge ? std::optional(true) : std::nullopt;
}

// Whether the result is that of a part of the appliance, and says nothing of the address.
bool IsOfAPart(const HttpRequest& request, const HttpResult& result) {
  if (!request.is_incidental || !result.answer) return false;
  const long status = result.answer->status;
  return status >= kFirstServerFault || status == kStatusUnauthorized;
}

}  // namespace

FailoverHttpClient::FailoverHttpClient(HttpClient& client, std::vector<std::string> urls)
    : client_(client) {
  for (std::string& url : urls) addresses_.push_back({.url = std::move(url)});
  UseAddress(0);
}

void FailoverHttpClient::Start(HttpRequest request) {
  Asked asked{.request = std::move(request),
              .addresses = std::vector<bool>(addresses_.size()),
              .failed = {}};
  Send(std::move(asked), in_use_);
}

void FailoverHttpClient::Send(Asked asked, std::size_t address) {
  HttpRequest request = asked.request;
  request.tag = next_tag_++;
  request.address = address;
  asked.addresses[address] = true;
  under_way_.emplace(request.tag, std::move(asked));
  client_.Start(std::move(request));
}

std::vector<HttpResult> FailoverHttpClient::Wait(Nanoseconds longest) {
  std::vector<HttpResult> results;
  for (HttpResult& result : client_.Wait(longest)) {
    Asked asked = std::move(under_way_.extract(result.tag).mapped());
    const bool is_of_a_part = IsOfAPart(asked.request, result);
    if (!is_of_a_part) Observe(result, asked);
    const bool is_final = is_of_a_part || Answered(result) != false;
    const auto next = is_final ? std::nullopt : NextFor(asked);
    if (next) {
      asked.failed.push_back(FailedAttemptOf(result));
      Send(std::move(asked), *next);
      continue;
    }
    result.tag = asked.request.tag;
    result.failed_attempts = std::move(asked.failed);
    results.push_back(std::move(result));
  }
  return results;
}

// From the one in use on, so that a request whose address has fallen out of use meanwhile goes
// where the others went.
std::optional<std::size_t> FailoverHttpClient::NextFor(const Asked& asked) const {
  std::optional<std::size_t> last_resort;
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const std::size_t address = (in_use_ + i) % addresses_.size();
    if (asked.addresses[address]) continue;
    if (addresses_[address].is_up.value_or(true)) return address;
    if (!last_resort) last_resort = address;
  }
  return last_resort;
}

void FailoverHttpClient::Observe(const HttpResult& result, const Asked& asked) {
  const auto answered = Answered(result);
  if (!answered) return;
  addresses_[result.address].is_up = *answered;
  if (*answered && asked.addresses[in_use_]) UseAddress(result.address);
}

void FailoverHttpClient::UseAddress(std::size_t address) {
  addresses_[in_use_].is_in_use = false;
  in_use_ = address;
  addresses_[in_use_].is_in_use = true;
}

FailedAttempt FailoverHttpClient::FailedAttemptOf(const HttpResult& result) const {
  if (result.answer) {
    const long status = result.answer->status;
    return {.error = {ErrorKind::kHttpStatus,
                      addresses_[result.address].url + " answered HTTP " + std::to_string(status)},
            .status = status,
            .duration = result.duration};
  }
  return {.error = result.answer.error(), .status = 0, .duration = result.duration};
}

}  // namespace cckm
