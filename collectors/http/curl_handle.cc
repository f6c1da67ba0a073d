#include "collectors/http/curl_handle.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "collectors/base/text.h"
#include "collectors/http/curl_fault.h"
#include "collectors/http/http_dates.h"

namespace cckm {
namespace {

// What is received at once: a page of a list takes two or three calls of the system then.
constexpr long kReceiveBytes = 64L * 1024;

// That line of the answer's headers of this name; null where it has no such one.
const curl_header* HeaderOf(CURL* easy, const char* name, std::size_t line = 0) {
  curl_header* header = nullptr;
  const CURLHcode found = curl_easy_header(easy, name, line, CURLH_HEADER, -1, &header);
  return found == CURLHE_OK ? header : nullptr;
}

// libcurl reads the body where it is; it stays until the next request.
void SetBody(CurlSetter& setter, const Secret* body) {
  if (body == nullptr) return setter.Set(CURLOPT_HTTPGET, 1L);
  const std::string_view text = body->Reveal();
  setter.Set(CURLOPT_POST, 1L);
  setter.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
  setter.Set(CURLOPT_POSTFIELDS, text.data());
}

}  // namespace

Result<std::unique_ptr<CurlHandle>> CurlHandle::Make(const HttpClientOptions& options,
                                                     SharedByTransfers& shared,
                                                     std::shared_ptr<const TlsMaterial> material) {
  std::unique_ptr<CurlHandle> handle(new CurlHandle(options, shared, std::move(material)));
  const CURLcode code = handle->Configure(options, shared);
  if (code != CURLE_OK) return tl::make_unexpected(RefusedByCurl(code));
  return handle;
}

CurlHandle::CurlHandle(const HttpClientOptions& options, SharedByTransfers& shared,
                       std::shared_ptr<const TlsMaterial> material)
    : material_(std::move(material)),
      progress_(shared.sockets, shared.peer,
                shared.addresses.front().url.proxy.starts_with("https:")),
      easy_(curl_easy_init()),
      addresses_(shared.addresses),
      peer_(shared.peer),
      logs_in_to_proxy_(!options.proxy.username.empty()),
      max_body_size_(options.max_response_size) {}

CURLcode CurlHandle::Configure(const HttpClientOptions& options, SharedByTransfers& shared) {
  const CURLcode applied = ApplyProfile(easy_.get(), options, shared, material_.get());
  if (applied != CURLE_OK) return applied;
  CurlSetter setter(easy_.get());
  progress_.Watch(setter);
  setter.Set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(max_body_size_));
  setter.Set(CURLOPT_BUFFERSIZE, kReceiveBytes);
  setter.Set(CURLOPT_WRITEFUNCTION, &CurlHandle::OnBody);
  setter.Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  setter.Set(CURLOPT_HEADERFUNCTION, &CurlHandle::OnHeader);
  setter.Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  setter.Set(CURLOPT_PRIVATE, static_cast<void*>(this));
  setter.Set(CURLOPT_ERRORBUFFER, error_text_.data());
  return setter.result();
}

Result<void> CurlHandle::Prepare(const HttpRequest& request, HeaderList headers) {
  if (request.path.empty() || request.path.front() != '/') {
    return Fail(ErrorKind::kInternal, "the path of a request does not begin with a slash");
  }
  CurlSetter setter(easy_.get());
  SetTarget(setter, request);
  setter.Set(CURLOPT_FRESH_CONNECT, request.on_new_connection ? 1L : 0L);
  SetBody(setter, request.body.get());
  if (setter.result() == CURLE_OK && headers != headers_) {
    setter.Set(CURLOPT_HTTPHEADER, headers->get());
    headers_ = std::move(headers);
  }
  if (setter.result() != CURLE_OK) return tl::make_unexpected(RefusedByCurl(setter.result()));
  progress_.Begin();
  tag_ = request.tag;
  bearer_token_ = request.bearer_token;
  request_body_ = request.body;
  body_.clear();
  header_size_ = 0;
  header_ended_ = false;
  refusal_ = nullptr;
  error_text_.front() = '\0';
  return {};
}

void CurlHandle::SetTarget(CurlSetter& setter, const HttpRequest& request) {
  const TransferAddress& address = addresses_[request.address];
  if (address_ != &address) SetAddress(setter, address);
  address_ = &address;
  address_index_ = request.address;
  url_.assign(address.url.request_base).append(request.path);
  setter.Set(CURLOPT_URL, url_.c_str());
}

HttpResult CurlHandle::Finish(CURLcode code, WallTime now) {
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &new_connections_);
  connections_made_ += new_connections_;
  return {.tag = tag_,
          .answer = Judge(code, now),
          .bearer_token = std::exchange(bearer_token_, nullptr),
          .address = address_index_};
}

Result<HttpResponse> CurlHandle::Judge(CURLcode code, WallTime now) {
  if (code != CURLE_OK) return tl::make_unexpected(Explain(code));
  // libcurl takes a connection that is closed within a header for a whole answer.
  if (!header_ended_) return Broken("the answer ends within its header");
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 100 || status > 599) {
    return Broken("HTTP knows no status " + std::to_string(status));
  }
  // libcurl believes the last one; RFC 9112, section 6.3, asks for a refusal.
  if (HeaderOf(easy_.get(), "Content-Length", 1) != nullptr) {
    return Broken("the header announces several lengths");
  }
  return TakeAnswer(status, now);
}

tl::unexpected<Error> CurlHandle::Broken(const std::string& cause) const {
  return Fail(ErrorKind::kReset, "request to " + address_->url.authority + " failed: " + cause);
}

HttpResponse CurlHandle::TakeAnswer(long status, WallTime now) {
  peer_.ServerAnswered();
  HttpResponse answer;
  answer.status = status;
  const char* content_type = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &content_type);
  if (content_type != nullptr) answer.content_type = content_type;
  answer.content_encoding = ContentEncoding();
  answer.body = std::exchange(body_, {});
  answer.date = AnswerDate();
  if (const auto* const retry_after = HeaderOf(easy_.get(), "Retry-After")) {
    answer.retry_after = ParseRetryAfter(retry_after->value, answer.date.value_or(now));
  }
  return answer;
}

std::optional<WallTime> CurlHandle::AnswerDate() {
  const auto* const header = HeaderOf(easy_.get(), "Date");
  if (header == nullptr) return std::nullopt;
  if (date_text_ != header->value) {
    date_text_ = header->value;
    date_ = ParseHttpDate(date_text_);
  }
  return date_;
}

// Of several lines the first that names a coding.
std::string CurlHandle::ContentEncoding() const {
  std::size_t line = 0;
  while (const curl_header* header = HeaderOf(easy_.get(), "Content-Encoding", line++)) {
    const std::string_view coding = header->value;
    if (!coding.empty() && !EqualsWithoutCase(coding, "identity")) return std::string(coding);
  }
  return {};
}

Error CurlHandle::Explain(CURLcode code) const {
  long proxy_status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  long connect_error = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &connect_error);
  return ErrorOf({.urls = address_->url,
                  .code = code,
                  .phase = progress_.phase(),
                  .refusal = refusal_,
                  .words = error_text_.data(),
                  .proxy_status = proxy_status,
                  .logs_in_to_proxy = logs_in_to_proxy_,
                  .socket_error = progress_.socket_error(),
                  .connect_error = static_cast<int>(connect_error),
                  .is_silent_first = new_connections_ > 0 && header_size_ == 0,
                  .server_asks_for_certificate = peer_.asks_for_ours(),
                  .has_certificate = material_ != nullptr && !material_->certificate.empty()});
}

std::size_t CurlHandle::OnBody(char* bytes, std::size_t size, std::size_t count,
                               void* self) noexcept {
  auto& handle = *static_cast<CurlHandle*>(self);
  const std::size_t length = size * count;
  if (length > handle.max_body_size_ - handle.body_.size()) {
    handle.refusal_ = "the body is over the size limit";
    return 0;
  }
  if (handle.body_.empty()) handle.body_.reserve(handle.ExpectedBodySize(length));
  handle.body_.append(bytes, length);
  return length;
}

std::size_t CurlHandle::ExpectedBodySize(std::size_t first_chunk) const {
  curl_off_t announced = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  if (announced < 0) return first_chunk;
  return std::min(static_cast<std::size_t>(announced), max_body_size_);
}

// libcurl calls this once for each line of each header, the empty one at its end included.
std::size_t CurlHandle::OnHeader(char* bytes, std::size_t size, std::size_t count,
                                 void* self) noexcept {
  auto& handle = *static_cast<CurlHandle*>(self);
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) handle.header_ended_ = false;
  if (line == "\r\n" || line == "\n") handle.header_ended_ = true;
  handle.header_size_ += line.size();
  if (handle.header_size_ <= kMaxHeaderSize) return line.size();
  handle.refusal_ = "the header is over the size limit";
  return 0;
}

}  // namespace cckm
