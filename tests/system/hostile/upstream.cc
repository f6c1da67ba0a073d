#include "tests/system/hostile/upstream.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <list>
#include <system_error>
#include <thread>

namespace cckm {
namespace {

constexpr std::size_t kMaxRequest = std::size_t{1} << 20U;

int Checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

// An address of this host's loopback.
struct Address {
  explicit Address(bool is_ipv6) : size(is_ipv6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)) {
    const sockaddr_in6 ipv6{.sin6_family = AF_INET6,
                            .sin6_port = 0,
                            .sin6_flowinfo = 0,
                            .sin6_addr = in6addr_loopback,
                            .sin6_scope_id = 0};
    const sockaddr_in ipv4{
        .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    if (is_ipv6) {
      std::memcpy(&storage, &ipv6, sizeof ipv6);
    } else {
      std::memcpy(&storage, &ipv4, sizeof ipv4);
    }
  }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  // Both families have it in the same place.
  std::uint16_t port() const {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  }

  sockaddr_storage storage{};
  socklen_t size;
};

FileDescriptor NewSocket(bool is_ipv6, int more_flags) {
  const int family = is_ipv6 ? AF_INET6 : AF_INET;
  return FileDescriptor(
      Checked(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | more_flags, 0), "socket"));
}

FileDescriptor Bind(bool is_ipv6) {
  FileDescriptor listener = NewSocket(is_ipv6, SOCK_NONBLOCK);
  Address address(is_ipv6);
  Checked(::bind(listener.number(), address.get(), address.size), "bind");
  return listener;
}

Address AddressOf(const FileDescriptor& listener, bool is_ipv6) {
  Address address(is_ipv6);
  Checked(::getsockname(listener.number(), address.get(), &address.size), "getsockname");
  return address;
}

std::size_t ContentLength(const std::string& head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const std::size_t found = head.find(kName);
  std::size_t length = 0;
  if (found != std::string::npos) {
    std::from_chars(head.data() + found + kName.size(), head.data() + head.size(), length);
  }
  return length;
}

}  // namespace

std::optional<Request> Visit::ReadRequest() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::size_t end = received_.find(kEnd);
  while (end == std::string::npos) {
    if (!ReadUntil(received_.size() + 1)) return std::nullopt;
    end = received_.find(kEnd);
  }
  Request request;
  request.head = received_.substr(0, end + kEnd.size());
  const std::size_t length = ContentLength(request.head);
  if (!ReadUntil(request.head.size() + length)) return std::nullopt;
  request.body = received_.substr(request.head.size(), length);
  received_.erase(0, request.head.size() + length);
  appliance.Note(request);
  return request;
}

bool Visit::ReadUntil(std::size_t size) {
  while (received_.size() < size) {
    const auto bytes = wire.Read();
    if (!bytes || received_.size() > kMaxRequest) return false;
    received_ += *bytes;
  }
  return true;
}

void Visit::ServeHonestly() {
  while (const auto request = ReadRequest()) {
    if (!wire.Send(appliance.Answer(*request))) return;
  }
}

class Upstream::Impl {
 public:
  Impl(Options options, const Identities& identities)
      : options_(std::move(options)),
        identities_(identities),
        listener_(Bind(options_.is_ipv6)),
        address_(AddressOf(listener_, options_.is_ipv6)),
        wake_(Checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
        appliance_(options_.token) {
    if (options_.listening == Listening::kAccepts) Listen();
    if (options_.listening == Listening::kIgnores) FillQueue();
    thread_ = std::jthread([this](const std::stop_token& stop) { AcceptAll(stop); });
  }
  ~Impl() {
    thread_.request_stop();
    Wake();
    thread_.join();
    AbortAll();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const { return address_.port(); }
  Appliance& appliance() { return appliance_; }
  std::size_t ConnectionCount() const { return accepted_; }

  void TurnHonest() {
    if (options_.listening == Listening::kRefuses) Listen();
    is_honest_ = true;
    AbortAll();
    Wake();
  }

 private:
  struct Visitor {
    explicit Visitor(FileDescriptor socket) : wire(std::move(socket)) {}
    Wire wire;
    bool is_over = false;
    std::jthread thread;
  };

  void Listen() { Checked(::listen(listener_.number(), SOMAXCONN), "listen"); }
  void Wake() { ::eventfd_write(wake_.number(), 1); }

  // The queue takes one connection more than it is long; what comes after that is not answered.
  void FillQueue() {
    Checked(::listen(listener_.number(), 0), "listen");
    for (int i = 0; i < 3; ++i) {
      fillers_.push_back(NewSocket(options_.is_ipv6, SOCK_NONBLOCK));
      ::connect(fillers_.back().number(), address_.get(), address_.size);
    }
  }

  void AcceptAll(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const bool accepts = is_honest_ || options_.listening == Listening::kAccepts;
      pollfd entries[] = {{accepts ? listener_.number() : -1, POLLIN, 0},
                          {wake_.number(), POLLIN, 0}};
      ::poll(entries, 2, -1);
      eventfd_t ignored = 0;
      ::eventfd_read(wake_.number(), &ignored);
      if (accepts) AcceptOne();
      ForgetFinished();
    }
  }

  void AcceptOne() {
    FileDescriptor socket(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) return;
    const std::size_t number = accepted_++;
    const MutexLock lock(mutex_);
    Visitor& visitor = visitors_.emplace_back(std::move(socket));
    visitor.thread = std::jthread([this, &visitor, number] { Serve(visitor, number); });
  }

  void Serve(Visitor& visitor, std::size_t number) {
    const bool is_honest = is_honest_;
    Visit visit(visitor.wire, appliance_, options_.foreign_port);
    const TlsContext tls = ContextFor(is_honest, number);
    if (tls && !visitor.wire.StartTls(tls.get())) {
      // Closed at once, what the client has sent meanwhile would turn the alert into a reset.
      visitor.wire.Pause(std::chrono::seconds(1));
    } else if (is_honest || !options_.script) {
      visit.ServeHonestly();
    } else {
      options_.script(visit);
    }
    const MutexLock lock(mutex_);
    visitor.wire.Close();
    visitor.is_over = true;
  }

  // A new one for each connection: nothing of one can be resumed in the next.
  TlsContext ContextFor(bool is_honest, std::size_t number) const {
    if (is_honest) {
      return options_.honest_tls ? identities_.MakeContext(*options_.honest_tls) : nullptr;
    }
    if (options_.tls.empty()) return nullptr;
    return identities_.MakeContext(options_.tls[number % options_.tls.size()]);
  }

  void AbortAll() {
    const MutexLock lock(mutex_);
    for (const Visitor& visitor : visitors_) {
      if (!visitor.is_over) visitor.wire.Abort();
    }
  }

  // The threads end without the lock, which they need for that.
  void ForgetFinished() {
    std::list<Visitor> finished;
    const MutexLock lock(mutex_);
    for (auto visitor = visitors_.begin(); visitor != visitors_.end();) {
      const auto next = std::next(visitor);
      if (visitor->is_over) finished.splice(finished.end(), visitors_, visitor);
      visitor = next;
    }
  }

  const Options options_;
  const Identities& identities_;
  const FileDescriptor listener_;
  Address address_;
  const FileDescriptor wake_;
  Appliance appliance_;
  std::vector<FileDescriptor> fillers_;
  std::atomic<bool> is_honest_{false};
  std::atomic<std::size_t> accepted_{0};

  Mutex mutex_;
  std::list<Visitor> visitors_ CCKM_GUARDED_BY(mutex_);

  std::jthread thread_;  // last: it uses all of the above
};

Upstream::Upstream(Options options, const Identities& identities)
    : impl_(std::make_unique<Impl>(std::move(options), identities)) {}

Upstream::~Upstream() = default;

std::uint16_t Upstream::port() const { return impl_->port(); }

void Upstream::TurnHonest() { impl_->TurnHonest(); }

Appliance& Upstream::appliance() { return impl_->appliance(); }

std::size_t Upstream::ConnectionCount() const { return impl_->ConnectionCount(); }

}  // namespace cckm
