#include "exporter/web/server/http_server.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <utility>

#include "exporter/web/server/civetweb_options.h"
#include "exporter/web/server/http_server_impl.h"
#include "exporter/web/server/listen_check.h"
#include "exporter/web/server/thread_stack_size.h"
#include "exporter/web/server/tls_libraries.h"

namespace cckm {
namespace {

constexpr std::size_t kThreadStackBytes = std::size_t{256} << 10;
// How long civetweb may take to begin to accept.
constexpr std::chrono::seconds kMaxTruncated{1};

std::string Join(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ","));
}

}  // namespace

// civetweb sleeps for up to two seconds before it looks whether it shall stop: its sockets wake it.
HttpServer::Impl::~Impl() {
  if (context_ == nullptr) return;
  sockets_->ShutDownAll();
  context_.reset();
  sockets_->CloseAll();  // civetweb forgets those that no thread had begun to serve
}

ListenFailure HttpServer::Impl::Failure(std::string message) const {
  return {Join(options_.listen_addresses), std::move(message)};
}

// civetweb does not say that the thread that accepts could not be started, and would wait for it
// without end when it is stopped.
bool HttpServer::Impl::HasBegun() {
  const MutexLock lock(mutex_);
  const SteadyTime patience = SystemClock().SteadyNow() + kMaxTruncated;
  while (!has_begun_) {
    if (begun_.wait_until(mutex_, patience) == std::cv_status::timeout) break;
  }
  return has_begun_;
}

tl::expected<void, ListenFailure> HttpServer::Impl::Start() {
  auto addresses =
      CheckListenAddresses(options_.listen_addresses, mg_check_feature(MG_FEATURES_IPV6) != 0);
  if (!addresses) return tl::make_unexpected(addresses.error());
  if (options_.hooks.tls) {
    if (auto reason = WhyNoTls()) return tl::make_unexpected(Failure(*reason));
    PrepareTls();
  }
  std::vector<std::string> ports;
  for (const SocketAddress& address : *addresses) {
    ports.push_back(FormatSocketAddress(address) + (handshake_hooks_ ? "s" : ""));
  }
  context_.reset(StartContext(Join(ports)));
  is_stuck_ = context_ != nullptr && !HasBegun();
  if (is_stuck_) {
    static_cast<void>(context_.release());
    return tl::make_unexpected(
        Failure("Cannot create threads: the system gives too few for --web.max-connections"));
  }
  if (context_ != nullptr) FindPorts(std::move(*addresses));
  const MutexLock lock(mutex_);
  // A message without a failure is a thread that could not be started: too few for max_connections.
  if (context_ != nullptr && first_message_.empty()) return {};
  return tl::make_unexpected(Failure(first_message_));
}

mg_context* HttpServer::Impl::StartContext(const std::string& ports) {
  const CivetwebOptions options(options_, ports);
  const mg_callbacks callbacks = Callbacks();
  const ThreadStackSize stack_size(kThreadStackBytes);
  return mg_start(&callbacks, this, options.get());
}

void HttpServer::Impl::FindPorts(std::vector<SocketAddress> addresses) {
  std::vector<mg_server_port> found(addresses.size());
  mg_get_server_ports(context_.get(), static_cast<int>(found.size()), found.data());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ports_.push_back(found[i].port);
    addresses[i].SetPort(found[i].port);
  }
  published_sockets_ = &sockets_.emplace(std::move(addresses));
  sockets_->BoundWhatWaits(options_.request_timeout);
}

void HttpServer::Impl::PrepareTls() {
  handshake_hooks_.emplace(TlsHandshakeHooks::Events{
      .on_begin =
          [this](void* connection, int socket) {
            BeginTls(static_cast<const mg_connection*>(connection), socket);
          },
      .on_hello =
          [this](void* connection) {
            return ChooseTls(static_cast<const mg_connection*>(connection));
          }});
}

tl::expected<std::unique_ptr<HttpServer>, ListenFailure> HttpServer::Start(
    const HttpServerOptions& options, WebHandler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  const auto started = impl->Start();
  if (!started) {
    if (impl->is_stuck()) static_cast<void>(impl.release());
    return tl::make_unexpected(started.error());
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() = default;

std::vector<int> HttpServer::Ports() const { return impl_->ports(); }

std::string WebLibraryVersion() { return std::string("civetweb/") + mg_version(); }

}  // namespace cckm
