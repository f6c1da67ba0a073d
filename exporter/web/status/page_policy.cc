#include "exporter/web/status/page_policy.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "exporter/web/status/page_files.h"

namespace cckm {

std::string HashSource(std::string_view text) {
  constexpr int kHashBytes = 32;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL does not offer SHA-256");
  }
  std::array<unsigned char, (kHashBytes + 2) / 3 * 4 + 1> base64{};
  const int length = EVP_EncodeBlock(base64.data(), hash.data(), kHashBytes);
  return "'sha256-" + std::string(base64.begin(), base64.begin() + length) + "'";
}

std::string PagePolicy() {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      HashSource(kPageScript), HashSource(kPageStyle));
}

}  // namespace cckm
