#include "collectors/session/credential_digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

#include "collectors/base/text.h"
#include "collectors/base/whole_file.h"

namespace cckm {
namespace {

using Digest = std::array<unsigned char, 3>;

std::optional<Digest> Derive(std::string_view content, std::string_view salt) {
  constexpr int kRounds = 50'000;
  // A view of OpenSSL's own type, which is unsigned here and signed there.
  const auto* const salt_bytes =
      static_cast<const unsigned char*>(static_cast<const void*>(salt.data()));
  Digest digest{};
  const int derived = ::PKCS5_PBKDF2_HMAC(
      content.data(), static_cast<int>(content.size()), salt_bytes, static_cast<int>(salt.size()),
      kRounds, ::EVP_sha256(), static_cast<int>(digest.size()), digest.data());
  return derived == 1 ? std::optional(digest) : std::nullopt;
}

}  // namespace

std::optional<std::string> CredentialDigest(std::string_view account,
                                            const std::filesystem::path& file) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
  const auto content = ReadTextFile(file, FilePrivacy::kPublic, kMaxBytes);
  if (!content) return std::nullopt;
  std::string_view text = content->view();
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto digest = Derive(text, account);
  return digest ? std::optional(Hex(*digest)) : std::nullopt;
}

}  // namespace cckm
