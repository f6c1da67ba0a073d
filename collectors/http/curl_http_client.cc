#include "collectors/http/curl_http_client.h"

#include <stdlib.h>  // unsetenv
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "collectors/base/mutex.h"
#include "collectors/base/text.h"
#include "collectors/http/curl_handle.h"
#include "collectors/http/watched_tls_files.h"

namespace cckm {
namespace {

// Names and prefixes of what libcurl, OpenSSL and their helpers read from the environment.
constexpr std::string_view kScrubbedNames[] = {"SSLKEYLOGFILE", "NETRC"};
constexpr std::string_view kScrubbedPrefixes[] = {"SSL_CERT_", "CURL_", "OPENSSL_"};
constexpr std::string_view kProxySuffix = "_proxy";  // in any case

bool MustBeScrubbed(const std::string& name) {
  const auto is_prefix = [&](std::string_view prefix) { return name.starts_with(prefix); };
  return std::ranges::count(kScrubbedNames, name) != 0 ||
         std::ranges::any_of(kScrubbedPrefixes, is_prefix) || EndsWithoutCase(name, kProxySuffix);
}

// Long enough for every caller, and short enough for libcurl's int of milliseconds.
constexpr Nanoseconds kMaxWait = std::chrono::hours(24);

// Of libcurl's multi handle: a pair of sockets that wake it.
constexpr std::size_t kDescriptorsOfMulti = 2;
// Of a transfer: its socket, or two while it connects; while it looks up a name, those of the
// resolver's thread.
constexpr std::size_t kDescriptorsOfTransfer = 4;

int ToPollMilliseconds(Nanoseconds length) {
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(length).count());
}

}  // namespace

std::vector<std::string> ScrubHttpEnvironment() {
  std::set<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    std::string name(text.substr(0, text.find('=')));
    if (MustBeScrubbed(name)) names.insert(std::move(name));
  }
  for (const std::string& name : names) unsetenv(name.c_str());
  return {names.begin(), names.end()};
}

std::string HttpLibraryVersion() { return curl_version(); }

CurlRuntime::CurlRuntime() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw std::runtime_error("libcurl cannot be set up");
  }
}

CurlRuntime::~CurlRuntime() { curl_global_cleanup(); }

// Requests wait in `queue_` until one of max_connections handles is free, and the descriptors that
// its transfer needs, so that the time-out of a request runs from the moment in which it may use a
// connection.
class CurlHttpClient::Impl {
 public:
  explicit Impl(HttpClientOptions options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Start(HttpRequest request);
  void CloseConnection(std::uint64_t connection) { shared_.sockets.ShutDown(connection); }
  std::size_t InFlight() const { return queue_.size() + under_way_.size() + done_.size(); }
  std::vector<HttpResult> Wait(Nanoseconds longest);
  void Wake();

 private:
  bool MayLaunch();
  std::size_t DescriptorsFor(std::size_t transfers) const;
  void EnsureMulti();
  void CloseConnections();
  void GiveBackDescriptors();
  bool TakeWake();
  void WaitForActivity(Nanoseconds longest);
  void Launch(const HttpRequest& request);
  Result<void> TryLaunch(const HttpRequest& request);
  Result<CurlHandle*> IdleHandle();
  Result<HeaderList> HeadersFor(const HttpRequest& request);
  void Advance();
  void CollectFinished();
  void LaunchQueued();
  void Complete(CurlHandle& handle, HttpResult response);
  void Discard(const CurlHandle& handle);
  void AbandonAll(CURLMcode code);

  // Constant after construction.
  const HttpClientOptions options_;
  SharedByTransfers shared_;
  const std::size_t max_under_way_;
  const SystemClock clock_;  // sockets live in real time

  Mutex wake_mutex_;
  std::condition_variable_any wake_;
  bool woken_ CCKM_GUARDED_BY(wake_mutex_) = false;
  // Null while no descriptor is held.  Changed by the client's thread under the mutex, under which
  // another thread may wake it.
  CurlMulti multi_;
  std::optional<DescriptorBudget::Share> share_;

  std::vector<std::unique_ptr<CurlHandle>> handles_;
  std::vector<CurlHandle*> idle_;
  std::vector<CurlHandle*> under_way_;
  std::deque<HttpRequest> queue_;
  std::vector<HttpResult> done_;

  // The headers of the last request, which are those of the next one but for a login.
  HeaderFields header_fields_;
  HeaderList headers_;

  WatchedTlsFiles tls_files_;
};

CurlHttpClient::Impl::Impl(HttpClientOptions options)
    : options_(std::move(options)),
      shared_{.addresses = AddressesOf(options_),
              .tls_sessions = CurlShare(curl_share_init()),
              .peer = {},
              .sockets = {}},
      max_under_way_(static_cast<std::size_t>(std::max(1L, options_.max_connections))),
      tls_files_(options_.tls.files, clock_) {
  if (!shared_.tls_sessions) throw std::bad_alloc();
  if (options_.descriptors != nullptr) {
    share_.emplace(*options_.descriptors, [this] { Wake(); });
  }
  curl_share_setopt(shared_.tls_sessions.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

CurlHttpClient::Impl::~Impl() {
  for (CurlHandle* handle : under_way_) curl_multi_remove_handle(multi_.get(), handle->get());
}

void CurlHttpClient::Impl::EnsureMulti() {
  if (multi_) return;
  CurlMulti multi(curl_multi_init());
  if (!multi) throw std::bad_alloc();
  const long connections = static_cast<long>(max_under_way_);
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, connections);
  curl_multi_setopt(multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
  const MutexLock lock(wake_mutex_);
  multi_ = std::move(multi);
}

// REQUIRES: no transfer under way.
void CurlHttpClient::Impl::CloseConnections() {
  idle_.clear();
  handles_.clear();
  CurlMulti closing;
  {
    const MutexLock lock(wake_mutex_);
    closing = std::exchange(multi_, nullptr);
  }
  closing.reset();
  share_->Hold(0);
}

// Kept connections count besides those that are used.
std::size_t CurlHttpClient::Impl::DescriptorsFor(std::size_t transfers) const {
  const std::size_t sockets = std::max(transfers, shared_.sockets.size());
  return kDescriptorsOfMulti + sockets + (kDescriptorsOfTransfer - 1) * transfers;
}

bool CurlHttpClient::Impl::MayLaunch() {
  if (under_way_.size() >= max_under_way_) return false;
  if (!share_ || share_->Hold(DescriptorsFor(under_way_.size() + 1))) return true;
  if (under_way_.empty() && multi_) {
    CloseConnections();
    return share_->Hold(DescriptorsFor(1));
  }
  return false;
}

void CurlHttpClient::Impl::GiveBackDescriptors() {
  if (!share_ || !multi_) return;
  const bool has_nothing_to_do = under_way_.empty() && queue_.empty();
  if (has_nothing_to_do && share_->IsShort()) {
    CloseConnections();
  } else if (has_nothing_to_do) {
    share_->Hold(DescriptorsFor(0));
  }
}

void CurlHttpClient::Impl::Start(HttpRequest request) {
  if (queue_.empty() && MayLaunch()) {
    Launch(request);
  } else {
    queue_.push_back(std::move(request));
  }
}

void CurlHttpClient::Impl::Launch(const HttpRequest& request) {
  const Result<void> launched = TryLaunch(request);
  if (launched) return;
  done_.push_back({.tag = request.tag,
                   .answer = tl::make_unexpected(launched.error()),
                   .bearer_token = request.bearer_token,
                   .address = request.address});
}

Result<void> CurlHttpClient::Impl::TryLaunch(const HttpRequest& request) {
  auto headers = HeadersFor(request);
  if (!headers) return tl::make_unexpected(headers.error());
  const Result<CurlHandle*> handle = IdleHandle();
  if (!handle) return tl::make_unexpected(handle.error());

  CurlHandle& idle = **handle;
  EnsureMulti();
  if (under_way_.empty()) shared_.sockets.ShutDownReadable();
  Result<void> prepared = idle.Prepare(request, std::move(*headers));
  if (!prepared) return prepared;
  idle.started = clock_.SteadyNow();
  const CURLMcode code = curl_multi_add_handle(multi_.get(), idle.get());
  if (code != CURLM_OK) return Fail(ErrorKind::kInternal, curl_multi_strerror(code));
  idle_.pop_back();
  under_way_.push_back(&idle);
  return {};
}

// A handle that was made with the current TLS files.
Result<CurlHandle*> CurlHttpClient::Impl::IdleHandle() {
  auto material = tls_files_.Current(options_.on_unusable_files);
  if (!material) return tl::make_unexpected(material.error());
  if (!idle_.empty() && idle_.back()->material() != *material) {
    Discard(*idle_.back());
    idle_.pop_back();
    return IdleHandle();
  }
  if (idle_.empty()) {
    auto handle = CurlHandle::Make(options_, shared_, std::move(*material));
    if (!handle) return tl::make_unexpected(handle.error());
    idle_.push_back(handle->get());
    handles_.push_back(std::move(*handle));
  }
  return idle_.back();
}

Result<HeaderList> CurlHttpClient::Impl::HeadersFor(const HttpRequest& request) {
  const HeaderFields fields{.bearer_token = request.bearer_token,
                            .has_body = request.body != nullptr,
                            .address = request.address};
  if (headers_ == nullptr || fields != header_fields_) {
    auto headers = MakeHeaders(fields, shared_.addresses[fields.address].url.authority);
    if (!headers) return headers;
    headers_ = std::move(*headers);
    header_fields_ = fields;
  }
  return headers_;
}

std::vector<HttpResult> CurlHttpClient::Impl::Wait(Nanoseconds longest) {
  const SteadyTime deadline = clock_.SteadyNow() + std::min(longest, kMaxWait);
  while (true) {
    Advance();
    GiveBackDescriptors();
    if (TakeWake() || !done_.empty()) break;
    const Nanoseconds left = deadline - clock_.SteadyNow();
    if (left <= Nanoseconds(0)) break;
    WaitForActivity(left);
  }
  return std::exchange(done_, {});
}

bool CurlHttpClient::Impl::TakeWake() {
  const MutexLock lock(wake_mutex_);
  return std::exchange(woken_, false);
}

void CurlHttpClient::Impl::WaitForActivity(Nanoseconds longest) {
  if (!multi_) {
    const MutexLock lock(wake_mutex_);
    wake_.wait_for(wake_mutex_, longest, [this]() CCKM_REQUIRES(wake_mutex_) { return woken_; });
    return;
  }
  const CURLMcode code =
      curl_multi_poll(multi_.get(), nullptr, 0, ToPollMilliseconds(longest), nullptr);
  if (code != CURLM_OK) AbandonAll(code);
}

// Moves every transfer as far as it goes without waiting.
void CurlHttpClient::Impl::Advance() {
  int running = 0;
  const CURLMcode code = multi_ ? curl_multi_perform(multi_.get(), &running) : CURLM_OK;
  if (code != CURLM_OK) AbandonAll(code);
  if (static_cast<std::size_t>(running) != under_way_.size()) CollectFinished();
  LaunchQueued();
}

void CurlHttpClient::Impl::CollectFinished() {
  int more = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &more)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    CurlHandle* handle = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &handle);
    Complete(*handle, handle->Finish(code, clock_.Now()));
  }
}

void CurlHttpClient::Impl::LaunchQueued() {
  while (!queue_.empty() && MayLaunch()) {
    Launch(queue_.front());
    queue_.pop_front();
  }
}

void CurlHttpClient::Impl::Complete(CurlHandle& handle, HttpResult response) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(handle.get(), CURLINFO_ACTIVESOCKET, &socket);
  response.connection = shared_.sockets.NumberOf(socket);
  curl_multi_remove_handle(multi_.get(), handle.get());
  response.duration = clock_.SteadyNow() - handle.started;
  response.certificate_expires_at = shared_.peer.TakeExpiry();
  if (handle.material() != nullptr) {
    response.client_certificate_expires_at = handle.material()->certificate_expires_at;
  }
  done_.push_back(std::move(response));
  std::erase(under_way_, &handle);
  if (handle.IsWorn()) {
    Discard(handle);
  } else {
    idle_.push_back(&handle);
  }
}

void CurlHttpClient::Impl::Discard(const CurlHandle& handle) {
  std::erase_if(handles_, [&handle](const auto& owned) { return owned.get() == &handle; });
}

// libcurl itself failed: no transfer can be trusted to end any more.
void CurlHttpClient::Impl::AbandonAll(CURLMcode code) {
  while (!under_way_.empty()) {
    CurlHandle& handle = *under_way_.back();
    HttpResult response = handle.Finish(CURLE_ABORTED_BY_CALLBACK, clock_.Now());
    response.answer = Fail(ErrorKind::kInternal, curl_multi_strerror(code));
    Complete(handle, std::move(response));
  }
}

void CurlHttpClient::Impl::Wake() {
  const MutexLock lock(wake_mutex_);
  woken_ = true;
  if (multi_) curl_multi_wakeup(multi_.get());
  wake_.notify_all();
}

CurlHttpClient::CurlHttpClient(HttpClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

CurlHttpClient::~CurlHttpClient() = default;

void CurlHttpClient::Start(HttpRequest request) { impl_->Start(std::move(request)); }

void CurlHttpClient::CloseConnection(std::uint64_t connection) {
  impl_->CloseConnection(connection);
}

std::size_t CurlHttpClient::InFlight() const { return impl_->InFlight(); }

std::vector<HttpResult> CurlHttpClient::Wait(Nanoseconds longest) { return impl_->Wait(longest); }

void CurlHttpClient::Wake() { impl_->Wake(); }

}  // namespace cckm
