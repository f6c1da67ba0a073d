#include "tests/support/fakes/raw_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "collectors/base/mutex.h"

namespace cckm {
namespace {

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }

 private:
  int number_;
};

int Checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

Socket ListenOnLoopback() {
  Socket listener(
      Checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Checked(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "bind");
  Checked(::listen(listener.get(), 128), "listen");
  return listener;
}

std::uint16_t PortOf(const Socket& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  Checked(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size),
          "getsockname");
  return ntohs(address.sin_port);
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// One connection and how far its script has come.
class Connection {
 public:
  Connection(Socket socket, RawScript script)
      : socket_(std::move(socket)), script_(std::move(script)) {}

  // What to poll for; a hanging connection is not polled at all.
  pollfd PollEntry() const {
    const bool hangs = !ended() && current().kind == RawAction::Kind::kHang;
    const bool sends = !ended() && current().kind == RawAction::Kind::kSend;
    return {hangs ? -1 : socket_.get(), static_cast<short>(sends ? POLLOUT : POLLIN), 0};
  }

  // Plays as far as it goes without waiting.  Returns false once the connection is to be closed.
  bool Play(std::vector<std::string>& requests) {
    while (!ended()) {
      const std::optional<bool> open = Step(requests);
      if (open) return *open;
      ++next_;
      sent_ = 0;
    }
    return false;
  }

 private:
  bool ended() const { return next_ == script_.size(); }
  const RawAction& current() const { return script_[next_]; }

  // Nothing: the action is done.  True: it waits for the peer.  False: the connection is over.
  std::optional<bool> Step(std::vector<std::string>& requests) {
    switch (current().kind) {
      case RawAction::Kind::kReadRequest:
        return StepRead(requests);
      case RawAction::Kind::kSend:
        return StepSend();
      case RawAction::Kind::kReset:
        CloseWithReset();
        return false;
      case RawAction::Kind::kHang:
        return true;
      case RawAction::Kind::kClose:
        break;
    }
    return false;
  }

  std::optional<bool> StepRead(std::vector<std::string>& requests) {
    static constexpr std::string_view kEnd = "\r\n\r\n";
    std::size_t end = received_.find(kEnd);
    while (end == std::string::npos) {
      char chunk[4096];
      const ssize_t count = ::recv(socket_.get(), chunk, sizeof chunk, 0);
      if (count < 0 && WouldBlock()) return true;
      if (count <= 0) return false;
      received_.append(chunk, static_cast<std::size_t>(count));
      end = received_.find(kEnd);
    }
    requests.push_back(received_.substr(0, end + kEnd.size()));
    received_.erase(0, end + kEnd.size());
    return std::nullopt;
  }

  std::optional<bool> StepSend() {
    const std::string& bytes = current().bytes;
    while (sent_ < bytes.size()) {
      const ssize_t count =
          ::send(socket_.get(), bytes.data() + sent_, bytes.size() - sent_, MSG_NOSIGNAL);
      if (count < 0 && WouldBlock()) return true;
      if (count < 0) return false;
      sent_ += static_cast<std::size_t>(count);
    }
    return std::nullopt;
  }

  void CloseWithReset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  Socket socket_;
  RawScript script_;
  std::size_t next_ = 0;
  std::size_t sent_ = 0;
  std::string received_;
};

}  // namespace

class RawServer::Impl {
 public:
  explicit Impl(std::vector<RawScript> scripts)
      : listener_(ListenOnLoopback()),
        port_(PortOf(listener_)),
        stop_event_(Checked(::eventfd(0, EFD_CLOEXEC), "eventfd")),
        scripts_(std::move(scripts)),
        thread_([this](const std::stop_token& stop) { Serve(stop); }) {}

  ~Impl() {
    thread_.request_stop();
    ::eventfd_write(stop_event_.get(), 1);
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const { return port_; }
  std::vector<std::string> Requests() const {
    const MutexLock lock(mutex_);
    return requests_;
  }
  std::size_t ConnectionCount() const {
    const MutexLock lock(mutex_);
    return accepted_;
  }

 private:
  void Serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> entries = {{listener_.get(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}};
      for (const Connection& connection : connections_) entries.push_back(connection.PollEntry());
      ::poll(entries.data(), entries.size(), -1);
      const MutexLock lock(mutex_);
      PlayReady(entries);
      if (entries[0].revents != 0) AcceptAll();
    }
  }

  // `entries` holds the listener, the stop event and then every connection.
  void PlayReady(const std::vector<pollfd>& entries) CCKM_REQUIRES(mutex_) {
    std::vector<Connection> open;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      const bool ready = entries[i + 2].revents != 0;
      if (!ready || connections_[i].Play(requests_)) open.push_back(std::move(connections_[i]));
    }
    connections_ = std::move(open);
  }

  void AcceptAll() CCKM_REQUIRES(mutex_) {
    while (true) {
      Socket socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (socket.get() < 0) return;
      const std::size_t index = accepted_++;
      Connection connection(std::move(socket),
                            index < scripts_.size() ? scripts_[index] : RawScript{});
      if (connection.Play(requests_)) connections_.push_back(std::move(connection));
    }
  }

  const Socket listener_;
  const std::uint16_t port_;
  const Socket stop_event_;
  const std::vector<RawScript> scripts_;
  std::vector<Connection> connections_;  // of the serving thread

  mutable Mutex mutex_;
  std::vector<std::string> requests_ CCKM_GUARDED_BY(mutex_);
  std::size_t accepted_ CCKM_GUARDED_BY(mutex_) = 0;

  std::jthread thread_;  // last: it uses all of the above
};

RawServer::RawServer(std::vector<RawScript> scripts)
    : impl_(std::make_unique<Impl>(std::move(scripts))) {}

RawServer::~RawServer() = default;

std::uint16_t RawServer::port() const { return impl_->port(); }

std::string RawServer::url() const { return "http://127.0.0.1:" + std::to_string(port()); }

std::vector<std::string> RawServer::Requests() const { return impl_->Requests(); }

std::size_t RawServer::ConnectionCount() const { return impl_->ConnectionCount(); }

RawScript AnswerEach(std::size_t count, const std::string& bytes) {
  RawScript script;
  for (std::size_t i = 0; i < count; ++i) {
    script.push_back(ReadRequest());
    script.push_back(Send(bytes));
  }
  script.push_back(Hang());
  return script;
}

std::string JsonAnswer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace cckm
