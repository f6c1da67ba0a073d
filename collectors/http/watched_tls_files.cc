#include "collectors/http/watched_tls_files.h"

#include <utility>

namespace cckm {
namespace {

constexpr Nanoseconds kLookInterval = std::chrono::seconds(1);

}  // namespace

Result<std::shared_ptr<const TlsMaterial>> WatchedTlsFiles::Current(
    const std::function<void(const Error&)>& on_unusable) {
  if (files_.empty()) return std::shared_ptr<const TlsMaterial>();
  const SteadyTime now = clock_.SteadyNow();
  if (!last_look_ || now - *last_look_ >= kLookInterval) {
    last_look_ = now;
    // The identities are taken before the contents, so that a change between is seen next time.
    Identities identities = Look();
    const bool changed = identities != identities_;
    // What could not be used is read again: it may be the reading that failed.
    if (material_ == nullptr || changed || is_outdated_) {
      identities_ = identities;
      Read(changed ? on_unusable : nullptr);
    }
  }
  if (material_ == nullptr) return tl::make_unexpected(error_);
  return material_;
}

WatchedTlsFiles::Identities WatchedTlsFiles::Look() const {
  return {IdentityOf(files_.ca_file), IdentityOf(files_.cert_file), IdentityOf(files_.key_file),
          IdentityOf(files_.proxy_ca_file), IdentityOf(files_.proxy_password_file)};
}

void WatchedTlsFiles::Read(const std::function<void(const Error&)>& on_unusable) {
  auto material = ReadTlsMaterial(files_);
  is_outdated_ = !material;
  if (!material) {
    error_ = material.error();
    if (material_ != nullptr && on_unusable) on_unusable(error_);
  } else if (material_ == nullptr || !material_->IsSame(**material)) {
    material_ = std::move(*material);
  }
}

}  // namespace cckm
