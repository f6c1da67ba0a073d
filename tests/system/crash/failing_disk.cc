// A library to preload: makes the n-th write, sync or cut of a file below a folder fail.
//
// Environment, read when it is loaded: FAILING_DISK_FOLDER, an absolute path, and
// FAILING_DISK_ORDER, a file outside of that folder.  While there is no such file all is well.  It
// holds "NUMBER ERROR once" or "NUMBER ERROR on": the NUMBER-th operation since the file came
// fails with that errno, alone or with all after it.  FAILING_DISK_ORDER.count is the number of
// operations since.  Operations on the number of commits, in *-commits, are not among them: with
// "NUMBER ERROR commits" those fail, from the NUMBER-th on, and no others.
// Thread-safety: every function may be called by any thread.

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

struct Place {
  std::string folder = Environment("FAILING_DISK_FOLDER") + "/";
  std::string order = Environment("FAILING_DISK_ORDER");
};

const Place& ThePlace() {
  static const Place place;
  return place;
}

std::atomic<int> operations = 0;

std::string PathOf(int descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  std::array<char, 4096> path{};
  const ssize_t size = readlink(link.c_str(), path.data(), path.size());
  return {path.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

// What the file of the order holds; empty without one.
std::string ReadOrder() {
  const int file = open(ThePlace().order.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::array<char, 64> text{};
  const ssize_t size = read(file, text.data(), text.size());
  close(file);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

void TellCount(int count) {
  const std::string name = ThePlace().order + ".count";
  const int file = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  const std::string text = std::to_string(count);
  syscall(SYS_write, file, text.data(), text.size());
  close(file);
}

// 0, or the errno with which this operation fails.
int ErrorOf(const std::string& path, const std::string& order) {
  std::array<char, 8> mode{};
  int number = 0;
  int code = 0;
  if (std::sscanf(order.c_str(), "%d %d %7s", &number, &code, mode.data()) != 3) {
    operations = 0;
    return 0;
  }
  const std::string_view which(mode.data());
  if (path.ends_with("-commits") != (which == "commits")) return 0;
  const int count = ++operations;
  TellCount(count);
  return count == number || (which != "once" && count > number) ? code : 0;
}

int ErrorOf(int descriptor) {
  const int saved = errno;
  const std::string path = PathOf(descriptor);
  const int error = path.starts_with(ThePlace().folder) ? ErrorOf(path, ReadOrder()) : 0;
  errno = saved;
  return error;
}

template <typename Call>
auto CallOrFail(int descriptor, Call call) -> decltype(call()) {
  if (const int error = ErrorOf(descriptor); error != 0) {
    errno = error;
    return -1;
  }
  return call();
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) {
  return CallOrFail(descriptor,
                    [&]() -> ssize_t { return syscall(SYS_write, descriptor, data, size); });
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t at) {
  return CallOrFail(descriptor,
                    [&]() -> ssize_t { return syscall(SYS_pwrite64, descriptor, data, size, at); });
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t at) {
  return pwrite64(descriptor, data, size, at);
}

int fsync(int descriptor) {
  return CallOrFail(descriptor, [&] { return static_cast<int>(syscall(SYS_fsync, descriptor)); });
}

int fdatasync(int descriptor) {
  return CallOrFail(descriptor,
                    [&] { return static_cast<int>(syscall(SYS_fdatasync, descriptor)); });
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  return CallOrFail(descriptor,
                    [&] { return static_cast<int>(syscall(SYS_ftruncate, descriptor, size)); });
}

int ftruncate(int descriptor, off_t size) noexcept { return ftruncate64(descriptor, size); }

}  // extern "C"
