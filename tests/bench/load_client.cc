// A client that asks for one path as fast as the answers come, over connections that it keeps where
// the server does.
//
// Usage: load_client PORT PATH THREADS SECONDS [ACCEPT_ENCODING].  Asks 127.0.0.1, one connection a
// thread.  Prints `REQUESTS_PER_SECOND BODY_BYTES P99_MILLISECONDS`, the second of the last answer.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
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

  // Asks, reads the whole answer and returns the size of its body; none if the server has closed
  // the connection after the answer before.
  std::optional<std::size_t> Get(const std::string& request) {
    const auto size = static_cast<ssize_t>(request.size());
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != size) return std::nullopt;
    const ssize_t first = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (first <= 0) return std::nullopt;
    std::string head(buffer_.data(), static_cast<std::size_t>(first));
    std::size_t head_bytes = head.find("\r\n\r\n");
    for (; head_bytes == std::string::npos; head_bytes = head.find("\r\n\r\n")) {
      head.append(buffer_.data(), Receive());
    }
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

double MillisecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
}

// Of all threads, in milliseconds.
class Latencies {
 public:
  void Add(const std::vector<double>& more) {
    const std::lock_guard lock(mutex_);
    values_.insert(values_.end(), more.begin(), more.end());
  }
  std::size_t size() const { return values_.size(); }
  double P99() {
    if (values_.empty()) return 0;
    const auto at = values_.begin() + static_cast<std::ptrdiff_t>(values_.size() * 99 / 100);
    std::nth_element(values_.begin(), at, values_.end());
    return *at;
  }

 private:
  std::mutex mutex_;
  std::vector<double> values_;
};

void Run(std::span<char*> arguments) {
  if (arguments.size() != 5 && arguments.size() != 6) {
    throw std::runtime_error("PORT PATH THREADS SECONDS [ACCEPT_ENCODING]");
  }
  const auto port = static_cast<std::uint16_t>(std::stoul(arguments[1]));
  const std::string request = "GET " + std::string(arguments[2]) +
                              " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: " +
                              (arguments.size() == 6 ? arguments[5] : "identity") + "\r\n\r\n";
  const auto length = std::chrono::duration<double>(std::stod(arguments[4]));
  Latencies latencies;
  std::atomic<std::size_t> body_bytes = 0;
  std::atomic<bool> failed = false;
  const auto began = SteadyClock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = std::stoul(arguments[3]); thread > 0; --thread) {
      threads.emplace_back([&] {
        try {
          auto connection = std::make_unique<Connection>(port);
          std::vector<double> own;
          for (auto asked = SteadyClock::now(); asked - began < length;) {
            auto bytes = connection->Get(request);
            if (!bytes) {
              connection = std::make_unique<Connection>(port);
              bytes = connection->Get(request);
            }
            body_bytes = bytes.value();
            own.push_back(MillisecondsSince(std::exchange(asked, SteadyClock::now())));
          }
          latencies.Add(own);
        } catch (const std::exception& error) {
          std::cerr << "load_client: " << error.what() << '\n';
          failed = true;
        }
      });
    }
  }
  if (failed) throw std::runtime_error("a thread gave up");
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  std::cout << static_cast<double>(latencies.size()) / took.count() << ' ' << body_bytes << ' '
            << latencies.P99() << '\n';
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
