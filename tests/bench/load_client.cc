// A client that asks for one path over kept-alive connections as fast as the answers come.
//
// Usage: load_client PORT PATH THREADS SECONDS.  Asks 127.0.0.1, one connection a thread.  Prints
// `REQUESTS_PER_SECOND BODY_BYTES`, the second of the last answer.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

class Connection {
 public:
  explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect");
    }
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Asks, reads the whole answer and returns the size of its body.
  std::size_t Get(const std::string& request) {
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      throw std::runtime_error("cannot send");
    }
    std::string head;
    std::size_t head_bytes = 0;
    do {
      head.append(buffer_.data(), Receive());
      head_bytes = head.find("\r\n\r\n");
    } while (head_bytes == std::string::npos);
    const std::size_t body_bytes = ContentLength(head);
    std::size_t received = head.size() - head_bytes - 4;
    while (received < body_bytes) received += Receive();
    return body_bytes;
  }

 private:
  std::size_t Receive() {
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) throw std::runtime_error("the answer ended early");
    return static_cast<std::size_t>(count);
  }

  static std::size_t ContentLength(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    if (!head.starts_with("HTTP/1.1 200") || at == std::string::npos) {
      throw std::runtime_error("not an answer of known length");
    }
    return std::stoul(head.substr(at + 16));
  }

  const int socket_;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 18);
};

using SteadyClock = std::chrono::steady_clock;

void Run(std::span<char*> arguments) {
  if (arguments.size() != 5) throw std::runtime_error("PORT PATH THREADS SECONDS");
  const auto port = static_cast<std::uint16_t>(std::stoul(arguments[1]));
  const std::string request =
      "GET " + std::string(arguments[2]) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const auto length = std::chrono::duration<double>(std::stod(arguments[4]));
  std::atomic<std::size_t> requests = 0;
  std::atomic<std::size_t> body_bytes = 0;
  std::atomic<bool> failed = false;
  const auto began = SteadyClock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = std::stoul(arguments[3]); thread > 0; --thread) {
      threads.emplace_back([&] {
        try {
          Connection connection(port);
          for (; SteadyClock::now() - began < length; ++requests) {
            body_bytes = connection.Get(request);
          }
        } catch (const std::exception& error) {
          std::cerr << "load_client: " << error.what() << '\n';
          failed = true;
        }
      });
    }
  }
  if (failed) throw std::runtime_error("a thread gave up");
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  std::cout << static_cast<double>(requests) / took.count() << ' ' << body_bytes << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& error) {
    std::cerr << "load_client: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
