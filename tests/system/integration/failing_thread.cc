// A library to preload: the system gives civetweb no more threads after some.
//
// Environment, read at the first thread: FAILING_THREAD_AFTER, how many threads civetweb gets.
// Thread-safety: the function may be called by any thread.

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace {

using ThreadFunction = void* (*)(void*);
using CreateFunction = int (*)(pthread_t*, const pthread_attr_t*, ThreadFunction, void*);

std::atomic<int> threads = 0;

bool IsOfCivetweb(ThreadFunction function) {
  Dl_info info{};
  return dladdr(reinterpret_cast<void*>(function), &info) != 0 && info.dli_fname != nullptr &&
         std::string_view(info.dli_fname).find("civetweb") != std::string_view::npos;
}

int MostThreads() {
  const char* const text = std::getenv("FAILING_THREAD_AFTER");
  return text == nullptr ? 1 << 30 : std::atoi(text);
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              ThreadFunction function, void* argument) {
  static const auto real = reinterpret_cast<CreateFunction>(dlsym(RTLD_NEXT, "pthread_create"));
  static const int most = MostThreads();
  if (IsOfCivetweb(function) && ++threads > most) return EAGAIN;
  return real(thread, attributes, function, argument);
}
