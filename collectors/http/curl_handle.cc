#include "collectors/http/curl_handle.h"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <string_view>
#include <utility>

namespace cckm {
namespace {

struct LongOption {
  CURLoption option;
  long value;
};

// The profile of every request, defaults of libcurl included: they matter too much to be left
// unsaid.
constexpr LongOption kProfile[] = {
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_HTTPGET, 1},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_HTTP_CONTENT_DECODING, 0},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_PATH_AS_IS, 1},
    {CURLOPT_TCP_NODELAY, 1},
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_NOPROGRESS, 1},
    {CURLOPT_MAXAGE_CONN, 60},
    {CURLOPT_MAXLIFETIME_CONN, 300},
    {CURLOPT_DNS_CACHE_TIMEOUT, 30},
    // A time-out or a shutdown does not wait for a resolver thread that hangs.
    {CURLOPT_QUICK_EXIT, 1},
};

constexpr Nanoseconds kLongestConnect = std::chrono::seconds(5);

// As libcurl takes times; 0 would mean "for ever".
long ToTimeoutMilliseconds(Nanoseconds length) {
  return std::max(1L,
                  static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(length).count()));
}

struct Fault {
  CURLcode code;
  ErrorKind kind;
  const char* cause;  // null: libcurl's own words
};

// What libcurl's codes mean to the exporter; a code that is not listed is kInternal.
constexpr Fault kFaults[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ErrorKind::kDns, nullptr},
    {CURLE_COULDNT_CONNECT, ErrorKind::kConnect, nullptr},
    {CURLE_OPERATION_TIMEDOUT, ErrorKind::kTimeout, nullptr},
    {CURLE_SSL_CONNECT_ERROR, ErrorKind::kTls, nullptr},
    {CURLE_PEER_FAILED_VERIFICATION, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CERTPROBLEM, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CLIENTCERT, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CIPHER, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CACERT_BADFILE, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CRL_BADFILE, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ISSUER_ERROR, ErrorKind::kTls, nullptr},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, ErrorKind::kTls, nullptr},
    {CURLE_SSL_INVALIDCERTSTATUS, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ENGINE_NOTFOUND, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ENGINE_SETFAILED, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ENGINE_INITFAILED, ErrorKind::kTls, nullptr},
    {CURLE_SSL_SHUTDOWN_FAILED, ErrorKind::kTls, nullptr},
    {CURLE_USE_SSL_FAILED, ErrorKind::kTls, nullptr},
    {CURLE_RECV_ERROR, ErrorKind::kReset, nullptr},
    {CURLE_SEND_ERROR, ErrorKind::kReset, nullptr},
    {CURLE_GOT_NOTHING, ErrorKind::kReset, nullptr},
    {CURLE_PARTIAL_FILE, ErrorKind::kReset, nullptr},
    {CURLE_WEIRD_SERVER_REPLY, ErrorKind::kReset, nullptr},
    {CURLE_BAD_CONTENT_ENCODING, ErrorKind::kReset, nullptr},
    {CURLE_UNSUPPORTED_PROTOCOL, ErrorKind::kReset, "the answer is not HTTP/1"},
    {CURLE_FILESIZE_EXCEEDED, ErrorKind::kTooLarge, "the body is over the size limit"},
    {CURLE_WRITE_ERROR, ErrorKind::kTooLarge, "the answer is over the size limit"},
    // libcurl 7.88 says so of a header line of more than 100 kB, newer ones have a code for it.
    {CURLE_OUT_OF_MEMORY, ErrorKind::kTooLarge, "a header line is too long"},
#if LIBCURL_VERSION_NUM >= 0x080600
    {CURLE_TOO_LARGE, ErrorKind::kTooLarge, "a header line is too long"},
#endif
};

Fault FaultOf(CURLcode code) {
  const auto* found = std::find_if(std::begin(kFaults), std::end(kFaults),
                                   [code](const Fault& fault) { return fault.code == code; });
  return found != std::end(kFaults) ? *found : Fault{code, ErrorKind::kInternal, nullptr};
}

Error Refusal(CURLcode code) {
  return {ErrorKind::kInternal,
          std::string("libcurl refused a request: ") + curl_easy_strerror(code)};
}

bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

CurlText UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  curl_url_get(url, part, &text, 0);
  return CurlText(text);
}

// Nothing outside of 1970 to 2261 fits a WallTime; an unreadable date is -1.
std::optional<WallTime> ParseHttpDate(const char* text) {
  constexpr std::time_t kYear2262 = 9214646400;
  const std::time_t seconds = curl_getdate(text, nullptr);
  if (seconds < 0 || seconds >= kYear2262) return std::nullopt;
  return WallTime(std::chrono::seconds(seconds));
}

}  // namespace

UrlParts SplitBaseUrl(const std::string& base_url) {
  const CurlUrl url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base_url.c_str(), 0) != CURLUE_OK) return {};
  const CurlText scheme = UrlPart(url.get(), CURLUPART_SCHEME);
  const CurlText host = UrlPart(url.get(), CURLUPART_HOST);
  const CurlText port = UrlPart(url.get(), CURLUPART_PORT);
  if (!scheme || !host) return {};
  return {scheme.get(), port ? std::string(host.get()) + ":" + port.get() : host.get()};
}

Result<std::shared_ptr<const HeaderList>> HeaderList::For(const Secret* token) {
  auto headers = std::make_shared<HeaderList>();
  bool complete = headers->Append("Accept: application/json");
  if (token != nullptr) {
    if (!IsVisibleAscii(token->Reveal())) {
      return Fail(ErrorKind::kInternal,
                  "the bearer token holds a character that no header can carry");
    }
    std::string line = "Authorization: Bearer ";
    line.reserve(line.size() + token->Reveal().size());
    line += token->Reveal();
    complete = headers->Append(line.c_str()) && complete;
    explicit_bzero(line.data(), line.size());
  }
  if (!complete) return tl::make_unexpected(Refusal(CURLE_OUT_OF_MEMORY));
  return headers;
}

HeaderList::~HeaderList() {
  for (curl_slist* line = list_; line != nullptr; line = line->next) {
    explicit_bzero(line->data, strlen(line->data));
  }
  curl_slist_free_all(list_);
}

bool HeaderList::Append(const char* line) {
  curl_slist* longer = curl_slist_append(list_, line);
  if (longer == nullptr) return false;
  list_ = longer;
  return true;
}

Result<std::unique_ptr<CurlHandle>> CurlHandle::Make(const HttpClientOptions& options,
                                                     const UrlParts& url) {
  std::unique_ptr<CurlHandle> handle(new CurlHandle(options, url));
  const CURLcode code = handle->Configure(options, url);
  if (code != CURLE_OK) return tl::make_unexpected(Refusal(code));
  return handle;
}

CurlHandle::CurlHandle(const HttpClientOptions& options, const UrlParts& url)
    : easy_(curl_easy_init()),
      base_url_(options.base_url),
      authority_(url.authority),
      max_body_size_(options.max_response_size) {}

CURLcode CurlHandle::Configure(const HttpClientOptions& options, const UrlParts& url) {
  if (!easy_) return CURLE_FAILED_INIT;
  if (url.scheme != "https" && url.scheme != "http") return CURLE_URL_MALFORMAT;
  CURLcode result = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    if (result == CURLE_OK) result = curl_easy_setopt(easy_.get(), option, value);
  };
  for (const LongOption& entry : kProfile) set(entry.option, entry.value);
  set(CURLOPT_PROTOCOLS_STR, url.scheme.c_str());
  set(CURLOPT_REDIR_PROTOCOLS_STR, url.scheme.c_str());
  set(CURLOPT_PROXY, "");
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  set(CURLOPT_TIMEOUT_MS, ToTimeoutMilliseconds(options.request_timeout));
  set(CURLOPT_CONNECTTIMEOUT_MS,
      ToTimeoutMilliseconds(std::min(options.request_timeout, kLongestConnect)));
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(max_body_size_));
  set(CURLOPT_WRITEFUNCTION, &CurlHandle::OnBody);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &CurlHandle::OnHeader);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  return result;
}

Result<void> CurlHandle::Prepare(const std::string& path,
                                 std::shared_ptr<const HeaderList> headers) {
  if (path.empty() || path.front() != '/') {
    return Fail(ErrorKind::kInternal, "the path of a request does not begin with a slash");
  }
  url_.assign(base_url_).append(path);
  CURLcode code = curl_easy_setopt(easy_.get(), CURLOPT_URL, url_.c_str());
  if (code == CURLE_OK && headers != headers_) {
    code = curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers->get());
    headers_ = std::move(headers);
  }
  if (code != CURLE_OK) return tl::make_unexpected(Refusal(code));
  body_.clear();
  header_size_ = 0;
  header_ended_ = false;
  refusal_ = nullptr;
  error_text_.front() = '\0';
  return {};
}

Result<HttpAnswer> CurlHandle::Finish(CURLcode code) {
  if (code != CURLE_OK) return tl::make_unexpected(Explain(code));
  // libcurl takes a connection that is closed within a header for a whole answer.
  if (!header_ended_) return Broken("the answer ends within its header");
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 100 || status > 599) {
    return Broken("HTTP knows no status " + std::to_string(status));
  }
  return TakeAnswer(status);
}

tl::unexpected<Error> CurlHandle::Broken(const std::string& cause) const {
  return Fail(ErrorKind::kReset, Sentence(cause));
}

HttpAnswer CurlHandle::TakeAnswer(long status) {
  HttpAnswer answer;
  answer.status = status;
  const char* content_type = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &content_type);
  if (content_type != nullptr) answer.content_type = content_type;
  answer.body = std::exchange(body_, {});
  answer.date = AnswerDate();
  return answer;
}

std::optional<WallTime> CurlHandle::AnswerDate() {
  curl_header* date = nullptr;
  if (curl_easy_header(easy_.get(), "Date", 0, CURLH_HEADER, -1, &date) != CURLHE_OK) {
    return std::nullopt;
  }
  if (date_text_ != date->value) {
    date_text_ = date->value;
    date_ = ParseHttpDate(date->value);
  }
  return date_;
}

Error CurlHandle::Explain(CURLcode code) const {
  const Fault fault = FaultOf(code);
  const char* cause = refusal_ != nullptr ? refusal_ : fault.cause;
  if (cause == nullptr) {
    cause = error_text_.front() != '\0' ? error_text_.data() : curl_easy_strerror(code);
  }
  return {fault.kind, Sentence(cause)};
}

std::string CurlHandle::Sentence(const std::string& cause) const {
  return "request to " + authority_ + " failed: " + cause;
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
