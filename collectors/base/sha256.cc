#include "collectors/base/sha256.h"

#include <openssl/sha.h>

namespace cckm {

std::array<unsigned char, 32> Sha256(std::string_view text) {
  static_assert(SHA256_DIGEST_LENGTH == 32);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace cckm
