#include "collectors/http/watched_tls_files.h"

#include <utility>

namespace cckm {

WatchedTlsFiles::WatchedTlsFiles(TlsFiles files, const Clock& clock)
    : files_(std::move(files)),
      watch_({files_.ca_file, files_.cert_file, files_.key_file, files_.proxy_ca_file,
              files_.proxy_password_file},
             clock) {}

Result<std::shared_ptr<const TlsMaterial>> WatchedTlsFiles::Current(
    const std::function<void(const Error&)>& on_unusable) {
  if (files_.empty()) return std::shared_ptr<const TlsMaterial>();
  const FileTurn turn = watch_.Look();
  if (turn != FileTurn::kNothing) {
    Read(turn == FileTurn::kRead ? on_unusable : nullptr);
  }
  if (material_ == nullptr) return tl::make_unexpected(error_);
  return material_;
}

void WatchedTlsFiles::Read(const std::function<void(const Error&)>& on_unusable) {
  auto material = ReadTlsMaterial(files_);
  watch_.SetUsable(material.has_value());
  if (!material) {
    error_ = material.error();
    if (material_ != nullptr && on_unusable) on_unusable(error_);
  } else if (material_ == nullptr || *material_ != **material) {
    material_ = std::move(*material);
  }
}

}  // namespace cckm
