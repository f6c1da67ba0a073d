#include "exporter/web/access/bcrypt.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>  // explicit_bzero

#include <string_view>

namespace cckm {
namespace {

constexpr std::size_t kSaltEnd = 29;  // $2b$10$ and 22 letters; the hash proper follows
constexpr std::size_t kCostEnd = 7;
constexpr std::size_t kMaxPassword = 511;

bool CanBeAPassword(std::string_view text) {
  return text.size() <= kMaxPassword && text.find('\0') == std::string_view::npos;
}

}  // namespace

void Bcrypt::Wipe::operator()(crypt_data* data) const {
  explicit_bzero(data, sizeof(*data));
  delete data;
}

Bcrypt::Bcrypt() : data_(new crypt_data{}) {}

Bcrypt::~Bcrypt() = default;

bool Bcrypt::Matches(const Secret& password, const std::string& hash) {
  const bool is_possible = CanBeAPassword(password.Reveal());
  const Secret phrase(is_possible ? std::string(password.Reveal()) : std::string("impossible"));
  const char* made =
      ::crypt_rn(phrase.Reveal().data(), hash.c_str(), data_.get(), sizeof(crypt_data));
  const std::string_view found(made != nullptr ? made : "");
  if (found.size() != hash.size() || hash.size() <= kSaltEnd) return false;
  const bool is_same =
      CRYPTO_memcmp(found.data() + kSaltEnd, hash.data() + kSaltEnd, hash.size() - kSaltEnd) == 0;
  explicit_bzero(data_->output, sizeof(data_->output));
  return is_same && is_possible;
}

std::string DummyHash(const std::string& hash) {
  return hash.substr(0, kCostEnd) + std::string(hash.size() - kCostEnd, '.');
}

}  // namespace cckm
