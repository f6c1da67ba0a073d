#include "exporter/web/server/listen_check.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "collectors/base/file_descriptor.h"

namespace cckm {
namespace {

struct BindProblem {
  int error;
  const char* words;
};

constexpr std::array<BindProblem, 4> kBindProblems = {{
    {EADDRINUSE, "the address is already in use"},
    {EACCES, "permission denied; a port below 1024 takes a privilege"},
    {EADDRNOTAVAIL, "it is not an address of this host"},
    {EAFNOSUPPORT, "this host has no IPv6"},
}};

std::string Words(int error) {
  for (const BindProblem& problem : kBindProblems) {
    if (problem.error == error) return problem.words;
  }
  return std::generic_category().message(error);
}

// Listens as civetweb does, so that it fails where civetweb would.
tl::expected<FileDescriptor, std::string> Listen(const SocketAddress& address) {
  FileDescriptor probe(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!probe) return tl::make_unexpected(Words(errno));
  const int on = 1;
  ::setsockopt(probe.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.storage.ss_family == AF_INET6) {
    ::setsockopt(probe.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  if (::bind(probe.number(), address.get(), address.length) != 0 ||
      ::listen(probe.number(), 1) != 0) {
    return tl::make_unexpected(Words(errno));
  }
  return probe;
}

tl::expected<SocketAddress, std::string> Resolve(const std::string& text, bool ipv6_available) {
  const auto parsed = ParseListenAddress(text);
  if (!parsed) return tl::make_unexpected(parsed.error());
  if (parsed->is_ipv6 && !ipv6_available) {
    return tl::make_unexpected(
        std::string("the civetweb library of this system was built without IPv6"));
  }
  return ResolveListenAddress(*parsed);
}

}  // namespace

tl::expected<std::vector<SocketAddress>, ListenFailure> CheckListenAddresses(
    const std::vector<std::string>& addresses, bool ipv6_available) {
  std::vector<SocketAddress> resolved;
  std::vector<FileDescriptor>
      probes;  // all are held until the end, so that a repeated one is found
  for (const std::string& text : addresses) {
    const auto address = Resolve(text, ipv6_available);
    if (!address) return tl::make_unexpected(ListenFailure{text, address.error()});
    auto probe = Listen(*address);
    if (!probe) return tl::make_unexpected(ListenFailure{text, probe.error()});
    resolved.push_back(*address);
    probes.push_back(std::move(*probe));
  }
  return resolved;
}

}  // namespace cckm
