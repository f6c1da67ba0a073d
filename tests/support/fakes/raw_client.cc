#include "tests/support/fakes/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

namespace cckm {
namespace {

constexpr std::chrono::seconds kMaxWait{10};
constexpr std::string_view kEmptyLine = "\r\n\r\n";

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::size_t ParseNumber(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

RawAnswer ParseHead(std::string head) {
  RawAnswer answer;
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  std::string_view rest(head);
  if (rest.starts_with(kVersion)) {
    answer.status = static_cast<int>(ParseNumber(rest.substr(kVersion.size(), 3)));
  }
  for (std::size_t end = rest.find("\r\n"); end + 2 < rest.size(); end = rest.find("\r\n")) {
    rest.remove_prefix(end + 2);
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    answer.headers[LowerCase(line.substr(0, colon))] = line.substr(colon + 2);
  }
  answer.head = std::move(head);
  return answer;
}

}  // namespace

RawClient::RawClient(int port, int receive_buffer_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer_bytes > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof(receive_buffer_bytes));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

SteadyTime RawClient::Deadline() const { return clock_.SteadyNow() + kMaxWait; }

bool RawClient::WaitFor(short events, SteadyTime deadline) const {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_.SteadyNow());
  if (socket_ < 0 || left.count() <= 0) return false;
  pollfd file{socket_, events, 0};
  return ::poll(&file, 1, static_cast<int>(left.count())) == 1;
}

bool RawClient::Send(std::string_view bytes) {
  const SteadyTime deadline = Deadline();
  while (!bytes.empty()) {
    if (!WaitFor(POLLOUT, deadline)) return false;
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return false;
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  return true;
}

RawClient::Received RawClient::ReceiveMore(SteadyTime deadline) {
  if (!WaitFor(POLLIN, deadline)) return Received::kTimeout;
  std::array<char, 65536> bytes;
  const auto received = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (received <= 0) return Received::kEnd;
  pending_.append(bytes.data(), static_cast<std::size_t>(received));
  return Received::kSome;
}

RawAnswer RawClient::ReadAnswer(bool is_head) {
  const SteadyTime deadline = Deadline();
  while (pending_.find(kEmptyLine) == std::string::npos) {
    if (ReceiveMore(deadline) != Received::kSome) return {};
  }
  const std::size_t head_size = pending_.find(kEmptyLine) + kEmptyLine.size();
  RawAnswer answer = ParseHead(pending_.substr(0, head_size));
  pending_.erase(0, head_size);
  const std::size_t body_size = is_head ? 0 : ParseNumber(answer.headers["content-length"]);
  while (pending_.size() < body_size) {
    if (ReceiveMore(deadline) != Received::kSome) return answer;
  }
  answer.body = pending_.substr(0, body_size);
  pending_.erase(0, body_size);
  answer.is_whole = true;
  return answer;
}

RawAnswer RawClient::Request(std::string_view request) {
  return Send(request) ? ReadAnswer() : RawAnswer();
}

std::size_t RawClient::ReceiveSome(std::size_t most) {
  if (!WaitFor(POLLIN, Deadline())) return 0;
  std::string bytes(most, '\0');
  const auto received = ::recv(socket_, bytes.data(), bytes.size(), 0);
  return received > 0 ? static_cast<std::size_t>(received) : 0;
}

std::optional<std::string> RawClient::ReadUntilClose() {
  const SteadyTime deadline = Deadline();
  for (;;) {
    const Received received = ReceiveMore(deadline);
    if (received == Received::kTimeout) return std::nullopt;
    if (received == Received::kEnd) return std::exchange(pending_, {});
  }
}

}  // namespace cckm
