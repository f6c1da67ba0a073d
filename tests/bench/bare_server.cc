// The floor of a scrape: civetweb, set up as the exporter sets it up, and a handler that writes one
// fixed body.
//
// Usage: bare_server BODY_BYTES CONNECTIONS.  Prints its port and serves until it is killed.

#include <civetweb.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace {

struct Stop {
  void operator()(mg_context* context) const { mg_stop(context); }
};

struct FixedAnswer {
  std::string head;
  std::string body;

  explicit FixedAnswer(std::size_t bytes)
      : head(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: keep-alive\r\n"
            "Content-Length: " +
            std::to_string(bytes) + "\r\n\r\n"),
        body(bytes, 'x') {}
};

int OnRequest(mg_connection* connection) {
  const auto& answer = *static_cast<const FixedAnswer*>(mg_get_request_info(connection)->user_data);
  mg_write(connection, answer.head.data(), answer.head.size());
  mg_write(connection, answer.body.data(), answer.body.size());
  return 200;
}

void Run(std::span<char*> arguments) {
  if (arguments.size() != 3) throw std::runtime_error("BODY_BYTES CONNECTIONS");
  FixedAnswer answer(std::stoul(arguments[1]));
  std::array<const char*, 15> options = {"listening_ports",
                                         "127.0.0.1:0",
                                         "num_threads",
                                         arguments[2],
                                         "request_timeout_ms",
                                         "10000",
                                         "keep_alive_timeout_ms",
                                         "75000",
                                         "enable_keep_alive",
                                         "yes",
                                         "tcp_nodelay",
                                         "1",
                                         "decode_url",
                                         "no",
                                         nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = OnRequest;
  const std::unique_ptr<mg_context, Stop> context(mg_start(&callbacks, &answer, options.data()));
  if (!context) throw std::runtime_error("cannot listen");
  mg_server_port port{};
  mg_get_server_ports(context.get(), 1, &port);
  std::cout << port.port << std::endl;
  ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& error) {
    std::cerr << "bare_server: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
