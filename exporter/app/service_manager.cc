#include "exporter/app/service_manager.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "collectors/base/file_descriptor.h"

namespace cckm {
namespace {

// Empty where it is not set.
std::string_view Environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::int64_t> ReadNumber(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end || number <= 0) return std::nullopt;
  return number;
}

bool IsOfThisProcess(std::string_view process_id) {
  return ReadNumber(process_id) == static_cast<std::int64_t>(::getpid());
}

std::optional<Nanoseconds> ReadWatchdog() {
  const std::string_view process_id = Environment("WATCHDOG_PID");
  const auto microseconds = ReadNumber(Environment("WATCHDOG_USEC"));
  if (!microseconds || (!process_id.empty() && !IsOfThisProcess(process_id))) return std::nullopt;
  return std::chrono::microseconds(*microseconds);
}

}  // namespace

ServiceManager ServiceManager::OfThisProcess() {
  return {std::string(Environment("NOTIFY_SOCKET")), ReadWatchdog()};
}

void ServiceManager::Tell(std::string_view state) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const FileDescriptor sender(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!sender) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
  ::sendto(sender.number(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&address), length);
}

bool ReachesJournal(int descriptor) {
  struct stat file {};
  if (::fstat(descriptor, &file) != 0) return false;
  return Environment("JOURNAL_STREAM") ==
         std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

bool GetsSocketsPassed() {
  return IsOfThisProcess(Environment("LISTEN_PID")) && ReadNumber(Environment("LISTEN_FDS"));
}

}  // namespace cckm
