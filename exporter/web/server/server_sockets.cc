#include "exporter/web/server/server_sockets.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "collectors/base/file_descriptor.h"

namespace cckm {
namespace {

// The bytes of the IP address, without the port.
std::string_view Host(const SocketAddress& address) {
  const char* bytes = reinterpret_cast<const char*>(&address.storage);
  return address.storage.ss_family == AF_INET6
             ? std::string_view(bytes + offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr))
             : std::string_view(bytes + offsetof(sockaddr_in, sin_addr), sizeof(in_addr));
}

bool IsEveryHost(std::string_view host) {
  return host.find_first_not_of('\0') == std::string_view::npos;
}

// Whether a socket with the local address `local` came from listening on `listened`.
bool Matches(const SocketAddress& listened, const SocketAddress& local) {
  return listened.storage.ss_family == local.storage.ss_family && listened.port() == local.port() &&
         (IsEveryHost(Host(listened)) || Host(listened) == Host(local));
}

bool IsListening(int socket) {
  int listening = 0;
  socklen_t length = sizeof(listening);
  return ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening;
}

// Nothing where the kernel is too old to tell the first `least` bytes of it.
std::optional<tcp_info> TcpInfo(int socket, std::size_t least) {
  tcp_info info{};
  socklen_t length = sizeof(info);
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
  return length < least ? std::nullopt : std::optional(info);
}

// From Linux 4.19 on.
std::optional<std::uint64_t> BytesWritten(int socket) {
  const auto info = TcpInfo(socket, offsetof(tcp_info, tcpi_dsack_dups));
  if (!info) return std::nullopt;
  return info->tcpi_bytes_sent - info->tcpi_bytes_retrans + info->tcpi_notsent_bytes;
}

// From Linux 4.1 on.
std::optional<std::uint64_t> BytesAcknowledged(int socket) {
  const auto info = TcpInfo(socket, offsetof(tcp_info, tcpi_bytes_received));
  return info ? std::optional(info->tcpi_bytes_acked) : std::nullopt;
}

// What getsockname() or getpeername() tells of the socket.
std::optional<SocketAddress> AddressOf(int socket, decltype(&::getsockname) ask) {
  SocketAddress address{.length = sizeof(address.storage)};
  auto* storage = reinterpret_cast<sockaddr*>(&address.storage);
  if (ask(socket, storage, &address.length) != 0) return std::nullopt;
  return address;
}

// Whether the socket is the one between these two ends.
bool IsFrom(int number, const ConnectionSocket& socket) {
  const auto peer = AddressOf(number, ::getpeername);
  if (!peer || peer->port() != socket.peer_port) return false;
  const auto local = AddressOf(number, ::getsockname);
  std::array<char, NI_MAXHOST> host{};
  return local && local->port() == socket.port &&
         ::getnameinfo(peer->get(), peer->length, host.data(), host.size(), nullptr, 0,
                       NI_NUMERICHOST) == 0 &&
         socket.peer_address == host.data();
}

std::vector<int> OpenFiles() {
  std::vector<int> numbers;
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    int number = -1;
    std::from_chars(name.data(), name.data() + name.size(), number);
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

ServerSockets::ServerSockets(std::vector<SocketAddress> addresses)
    : addresses_(std::move(addresses)) {}

bool ServerSockets::IsOurs(int socket) const {
  const auto local = AddressOf(socket, ::getsockname);
  return local && std::ranges::any_of(addresses_, [&](const SocketAddress& listened) {
           return Matches(listened, *local);
         });
}

// Another thread may close a file and open a different one under its number at any moment.  The
// duplicate pins what was looked at, so that what is done is done to the same socket.
void ServerSockets::ForEach(const std::function<void(int number, int pinned)>& visit) const {
  for (const int number : OpenFiles()) {
    if (!IsOurs(number)) continue;
    const FileDescriptor pinned(::fcntl(number, F_DUPFD_CLOEXEC, 0));
    if (pinned && IsOurs(pinned.number())) visit(number, pinned.number());
  }
}

// Without the first, the kernel takes up to 4 MB (net.ipv4.tcp_wmem) of an answer that nobody
// reads; what is on its way is not bounded by it.  The second also ends what lingers after the
// connection was closed.  Accepted sockets inherit both.
void ServerSockets::BoundWhatWaits(std::chrono::milliseconds patience) const {
  constexpr unsigned kMaxUnsentBytes = 128U << 10U;
  const auto longest = static_cast<unsigned>(patience.count());
  ForEach([&](int, int socket) {
    if (!IsListening(socket)) return;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMaxUnsentBytes, sizeof(kMaxUnsentBytes));
    ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &longest, sizeof(longest));
  });
}

// There may be thousands of files, and many clients that stall: one look at each file has to do.
void ServerSockets::FindNumber(ConnectionSocket& socket) const {
  for (const int number : OpenFiles()) {
    if (!IsFrom(number, socket) || !IsOurs(number)) continue;
    socket.number = number;
    return;
  }
}

std::optional<std::uint64_t> ServerSockets::BytesTaken(ConnectionSocket& socket) const {
  if (socket.number < 0) FindNumber(socket);
  return socket.number < 0 ? std::nullopt : BytesAcknowledged(socket.number);
}

// With the linger time of zero the kernel forgets what waits to be sent when the socket is closed.
void ServerSockets::Drop(const ConnectionSocket& socket) const {
  ConnectionSocket found = socket;
  if (found.number < 0) FindNumber(found);
  if (found.number < 0) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(found.number, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::shutdown(found.number, SHUT_RDWR);
}

void ServerSockets::ShutDownAll() const {
  ForEach([](int, int socket) {
    if (IsListening(socket)) ::shutdown(socket, SHUT_RDWR);
  });
  ForEach([](int, int socket) { ::shutdown(socket, SHUT_RDWR); });
}

void ServerSockets::ShutDownWhereWritten(std::uint64_t bytes) const {
  ForEach([bytes](int, int socket) {
    if (BytesWritten(socket) == bytes) ::shutdown(socket, SHUT_RDWR);
  });
}

void ServerSockets::CloseAll() const {
  ForEach([](int number, int) { ::close(number); });
}

}  // namespace cckm
