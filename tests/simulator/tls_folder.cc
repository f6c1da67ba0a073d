#include "tests/simulator/tls_folder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace cckm::simulator {
namespace {

struct File {
  std::string_view name;
  mode_t mode;
  std::string& (*text)(TlsFiles& files);
};
constexpr std::array<File, 5> kFiles = {{
    {"ca.pem", 0644, [](TlsFiles& files) -> std::string& { return files.authority_pem; }},
    {"server.pem", 0644,
     [](TlsFiles& files) -> std::string& { return files.server.certificate_pem; }},
    {"server.key", 0600, [](TlsFiles& files) -> std::string& { return files.server.key_pem; }},
    {"client.pem", 0644,
     [](TlsFiles& files) -> std::string& { return files.client.certificate_pem; }},
    {"client.key", 0600, [](TlsFiles& files) -> std::string& { return files.client.key_pem; }},
}};

bool IsAddress(const std::string& name) {
  in6_addr address{};  // room for either kind
  return inet_pton(AF_INET, name.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

tl::expected<TlsFiles, std::string> Make(const std::vector<std::string>& names, TimePoint now) {
  constexpr std::chrono::hours kYear(365 * 24);
  const auto authority = MakeCertificate(
      {.common_name = "ciphertrust_simulator CA", .usage = Usage::kAuthority, .not_after = kYear},
      now);
  if (!authority) return tl::unexpected(authority.error());
  CertificateOptions server = {.common_name = "ciphertrust_simulator",
                               .usage = Usage::kServer,
                               .issuer = *authority,
                               .dns_names = {"localhost"},
                               .ip_addresses = {"127.0.0.1"},
                               .not_after = kYear};
  for (const std::string& name : names) {
    (IsAddress(name) ? server.ip_addresses : server.dns_names).push_back(name);
  }
  const CertificateOptions client = {.common_name = "ciphertrust_simulator client",
                                     .usage = Usage::kClient,
                                     .issuer = *authority,
                                     .not_after = kYear};
  const auto for_server = MakeCertificate(server, now);
  const auto for_client = MakeCertificate(client, now);
  if (!for_server) return tl::unexpected(for_server.error());
  if (!for_client) return tl::unexpected(for_client.error());
  return TlsFiles{authority->certificate_pem, *for_server, *for_client};
}

// Whether a new file of that mode has the text.
bool WriteFile(const std::filesystem::path& path, mode_t mode, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return false;
  const ssize_t count = ::write(file, text.data(), text.size());
  return ::close(file) == 0 && count == static_cast<ssize_t>(text.size());
}

tl::expected<TlsFiles, std::string> MakeAndWrite(const std::filesystem::path& folder,
                                                 const std::vector<std::string>& names,
                                                 TimePoint now) {
  auto files = Make(names, now);
  if (!files) return files;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const File& file : kFiles) {
    const std::filesystem::path path = folder / file.name;
    if (!WriteFile(path, file.mode, file.text(*files))) {
      return tl::unexpected("cannot write " + path.string());
    }
  }
  return files;
}

tl::expected<TlsFiles, std::string> Read(const std::filesystem::path& folder) {
  TlsFiles files;
  for (const File& file : kFiles) {
    const std::filesystem::path path = folder / file.name;
    std::ifstream input(path);
    std::string& text = file.text(files);
    text.assign(std::istreambuf_iterator<char>(input), {});
    if (text.empty()) return tl::unexpected("cannot read " + path.string());
  }
  return files;
}

}  // namespace

tl::expected<TlsFiles, std::string> OpenTlsFolder(const std::filesystem::path& folder,
                                                  const std::vector<std::string>& names,
                                                  TimePoint now) {
  const bool empty = std::ranges::none_of(kFiles, [&](const File& file) {
    std::error_code error;
    return std::filesystem::exists(folder / file.name, error);
  });
  return empty ? MakeAndWrite(folder, names, now) : Read(folder);
}

}  // namespace cckm::simulator
