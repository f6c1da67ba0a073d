// What civetweb finds when it opens OpenSSL by the names it knows.

#include <dlfcn.h>

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace cckm::simulator {
namespace {

// The file that an address is in.
std::string FileOf(const void* address) {
  Dl_info info{};
  return ::dladdr(address, &info) != 0 ? info.dli_fname : "";
}

// What is loaded already under that name; nothing is loaded for it.
class Loaded {
 public:
  explicit Loaded(const char* name) : handle_(::dlopen(name, RTLD_LAZY | RTLD_NOLOAD)) {}
  ~Loaded() {
    if (handle_ != nullptr) ::dlclose(handle_);
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  bool IsThere() const { return handle_ != nullptr; }
  void* Find(const char* symbol) const { return ::dlsym(handle_, symbol); }

 private:
  void* handle_;
};

TEST(OpensslShimTest, TheNamesAreLoadedAndLeadToTheRealLibraries) {
  struct Case {
    const char* library;
    const char* symbol;
    std::string_view file_end;
  };
  const Case cases[] = {
      {"libssl.so", "SSL_read", "/libssl.so.3"},
      {"libssl.so", "SSL_get1_peer_certificate", "/libssl.so.3"},
      {"libssl.so", "SSL_get_peer_certificate", "/lib/cckm_exporter/libssl.so"},
      {"libcrypto.so", "EVP_get_digestbyname", "/libcrypto.so.3"},
  };
  for (const Case& row : cases) {
    const Loaded library(row.library);
    ASSERT_TRUE(library.IsThere()) << row.library;
    const std::string file = FileOf(library.Find(row.symbol));
    EXPECT_TRUE(file.ends_with(row.file_end)) << row.symbol << " is in " << file;
  }
}

}  // namespace
}  // namespace cckm::simulator
