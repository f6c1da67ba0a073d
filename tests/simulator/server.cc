#include "tests/simulator/server.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <civetweb.h>

namespace cckm::simulator {
namespace {

constexpr std::size_t kMaxBody = std::size_t{1} << 20;

std::string_view ViewOf(const char* text) { return text == nullptr ? std::string_view() : text; }

// Nothing where the body is longer than allowed or breaks off.
std::optional<std::string> ReadBody(mg_connection* connection, const mg_request_info& info) {
  std::string body;
  if (info.content_length > static_cast<long long>(kMaxBody)) return std::nullopt;
  std::array<char, 16384> part{};
  while (body.size() <= kMaxBody) {
    const int count = mg_read(connection, part.data(), part.size());
    if (count < 0) return std::nullopt;
    if (count == 0) return body;
    body.append(part.data(), static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

std::string HeadOf(const Response& response, const char* reason, TimePoint now) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' + reason +
                     "\r\nDate: " + FormatHttpDate(now) +
                     "\r\nContent-Type: " + response.content_type +
                     "\r\nContent-Length: " + std::to_string(response.body.size());
  if (!response.allow.empty()) head.append("\r\nAllow: ").append(response.allow);
  for (const auto& [name, value] : response.headers) {
    head.append("\r\n").append(name).append(": ").append(value);
  }
  return head + "\r\n\r\n";
}

void Write(mg_connection* connection, const Response& response, TimePoint now) {
  if (response.delivery != Delivery::kWhole) mg_disable_keep_alive(connection);
  if (response.delivery == Delivery::kNone) return;
  const char* const reason = mg_get_response_code_text(connection, response.status);
  const bool half = response.delivery == Delivery::kTruncated;
  const std::string text = HeadOf(response, reason, now) +
                           response.body.substr(0, response.body.size() / (half ? 2 : 1));
  mg_write(connection, text.data(), text.size());
}

// Whether civetweb's connection has not yet been marked, which it now is.
bool MarkFirst(mg_connection* connection, void* mark) {
  if (mg_get_user_connection_data(connection) != nullptr) return false;
  mg_set_user_connection_data(connection, mark);
  return true;
}

int KeepSilent(const mg_connection*, const char*) { return 1; }

}  // namespace

Server::Server(Handler handler, WallClock clock, std::size_t node)
    : handler_(std::move(handler)), clock_(std::move(clock)), node_(node) {}

tl::expected<std::unique_ptr<Server>, std::string> Server::Start(const ServerSettings& settings,
                                                                 Handler handler, WallClock clock) {
  std::unique_ptr<Server> server(new Server(std::move(handler), std::move(clock), settings.node));
  if (settings.tls) {
    auto context = MakeTlsContext(*settings.tls);
    if (!context) return tl::unexpected(context.error());
    server->tls_ = *std::move(context);
  }
  const std::string address = settings.host + ':' + std::to_string(settings.port);
  const std::string listening_port = address + (settings.tls ? "s" : "");
  const std::string threads = std::to_string(settings.threads);
  // clang-format off
  std::array<const char*, 13> options = {
      "listening_ports", listening_port.c_str(),
      "num_threads", threads.c_str(),
      "enable_keep_alive", "yes",
      "tcp_nodelay", "1",
      "keep_alive_timeout_ms", "60000",
      "request_timeout_ms", "60000",
      nullptr};
  // clang-format on
  mg_callbacks callbacks{};
  callbacks.begin_request = &Server::OnRequest;
  callbacks.external_ssl_ctx = &Server::OnTlsContext;
  callbacks.log_message = &KeepSilent;
  mg_init_data init{};
  init.callbacks = &callbacks;
  init.user_data = server.get();
  init.configuration_options = options.data();
  std::array<char, 256> reason{};
  mg_error_data error{nullptr, reason.data(), reason.size()};
  server->context_.reset(mg_start2(&init, &error));
  if (!server->context_) {
    return tl::unexpected("cannot listen on " + address + ": " + std::string(reason.data()));
  }
  return server;
}

Server::~Server() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
}

void Server::ContextStop::operator()(mg_context* context) const { mg_stop(context); }

std::uint16_t Server::port() const {
  mg_server_port port{};
  mg_get_server_ports(context_.get(), 1, &port);
  return static_cast<std::uint16_t>(port.port);
}

// The result tells civetweb that the request was answered.
int Server::OnRequest(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  static_cast<Server*>(info.user_data)->Answer(connection);
  return 200;
}

// The context stays this object's own: civetweb, which asks again when it stops, must not free it.
int Server::OnTlsContext(void** context, void* server) {
  ssl_ctx_st* const own = static_cast<Server*>(server)->tls_.get();
  *context = own;
  return own == nullptr ? 0 : 1;
}

void Server::Answer(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  const std::optional<std::string> body = ReadBody(connection, info);
  if (!body) {
    mg_disable_keep_alive(connection);
    return Write(connection, {413, R"({"code":15,"codeDesc":"NCERRBadRequest"})", {}}, clock_());
  }
  const Request request = {.method = ViewOf(info.request_method),
                           .path = ViewOf(info.local_uri),
                           .query = ViewOf(info.query_string),
                           .authorization = ViewOf(mg_get_header(connection, "Authorization")),
                           .body = *body,
                           .client_certificate = info.client_cert != nullptr,
                           .first_of_connection = MarkFirst(connection, this),
                           .node = node_};
  const Response response =
      handler_(request, [this](std::chrono::nanoseconds time) { Pause(time); });
  Write(connection, response, clock_());
}

void Server::Pause(std::chrono::nanoseconds time) {
  if (time.count() == 0) return;
  std::unique_lock lock(mutex_);
  stop_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace cckm::simulator
