#include "tests/simulator/server.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <civetweb.h>

namespace cckm::simulator {
namespace {

constexpr std::size_t kGreatestBody = std::size_t{1} << 20;

std::string_view ViewOf(const char* text) { return text == nullptr ? std::string_view() : text; }

// Nothing where the body is longer than allowed or breaks off.
std::optional<std::string> ReadBody(mg_connection* connection, const mg_request_info& info) {
  std::string body;
  if (info.content_length > static_cast<long long>(kGreatestBody)) return std::nullopt;
  std::array<char, 16384> part;
  while (body.size() <= kGreatestBody) {
    const int count = mg_read(connection, part.data(), part.size());
    if (count < 0) return std::nullopt;
    if (count == 0) return body;
    body.append(part.data(), static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

void Write(mg_connection* connection, const Response& response, TimePoint now) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                     mg_get_response_code_text(connection, response.status) +
                     "\r\nDate: " + FormatHttpDate(now) +
                     "\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: " +
                     std::to_string(response.body.size());
  if (!response.allow.empty()) text.append("\r\nAllow: ").append(response.allow);
  text.append("\r\n\r\n").append(response.body);
  mg_write(connection, text.data(), text.size());
}

int KeepSilent(const mg_connection*, const char*) { return 1; }

}  // namespace

Server::Server(const ServerSettings& settings, Handler handler, WallClock clock)
    : latency_(settings.latency), handler_(std::move(handler)), clock_(std::move(clock)) {}

tl::expected<std::unique_ptr<Server>, std::string> Server::Start(const ServerSettings& settings,
                                                                 Handler handler, WallClock clock) {
  std::unique_ptr<Server> server(new Server(settings, std::move(handler), std::move(clock)));
  const std::string address = settings.host + ':' + std::to_string(settings.port);
  const std::string threads = std::to_string(settings.threads);
  // clang-format off
  std::array<const char*, 13> options = {
      "listening_ports", address.c_str(),
      "num_threads", threads.c_str(),
      "enable_keep_alive", "yes",
      "tcp_nodelay", "1",
      "keep_alive_timeout_ms", "60000",
      "request_timeout_ms", "60000",
      nullptr};
  // clang-format on
  mg_callbacks callbacks{};
  callbacks.begin_request = &Server::OnRequest;
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

void Server::Answer(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  const std::optional<std::string> body = ReadBody(connection, info);
  if (!body) {
    mg_disable_keep_alive(connection);
    return Write(connection, {413, R"({"code":15,"codeDesc":"NCERRBadRequest"})", {}}, clock_());
  }
  const Request request = {ViewOf(info.request_method), ViewOf(info.local_uri),
                           ViewOf(info.query_string),
                           ViewOf(mg_get_header(connection, "Authorization")), *body};
  if (!request.path.starts_with("/simulator/")) Wait();
  const TimePoint now = clock_();
  Write(connection, handler_(request, now), now);
}

void Server::Wait() {
  if (latency_.count() == 0) return;
  std::unique_lock lock(mutex_);
  stop_.wait_for(lock, latency_, [this] { return stopping_; });
}

}  // namespace cckm::simulator
