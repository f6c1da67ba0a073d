#include "exporter/web/status/page_policy.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "collectors/base/sha256.h"
#include "exporter/web/status/page_files.h"

namespace cckm {

std::string HashSource(std::string_view text) {
  const auto hash = Sha256(text);
  std::array<unsigned char, (hash.size() + 2) / 3 * 4 + 1> base64{};
  const int length = EVP_EncodeBlock(base64.data(), hash.data(), static_cast<int>(hash.size()));
  return "'sha256-" + std::string(base64.begin(), base64.begin() + length) + "'";
}

std::string PagePolicy() {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      HashSource(kPageScript), HashSource(kPageStyle));
}

}  // namespace cckm
