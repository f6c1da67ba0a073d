#include "collectors/session/file_token_source.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "collectors/base/secret_file.h"

namespace cckm {
namespace {

constexpr Nanoseconds kLookInterval = std::chrono::seconds(1);

std::int64_t ToNanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino, status.st_size, ToNanoseconds(status.st_mtim),
                      ToNanoseconds(status.st_ctim)};
}

bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

FileTokenSource::FileTokenSource(std::filesystem::path path, const Clock& clock)
    : path_(std::move(path)), clock_(clock) {}

Result<std::shared_ptr<const Secret>> FileTokenSource::Current() {
  const SteadyTime now = clock_.SteadyNow();
  if (!last_look_ || now - *last_look_ >= kLookInterval) {
    last_look_ = now;
    Look();
  }
  if (token_ == nullptr) return tl::make_unexpected(error_);
  return token_;
}

// The identity is taken before the content, so that a change between the two is seen at the next
// look.
void FileTokenSource::Look() {
  const std::optional<FileIdentity> identity = IdentityOf(path_);
  if (token_ != nullptr && identity == identity_) return;
  identity_ = identity;
  Read();
}

void FileTokenSource::Read() {
  Result<Secret> secret = ReadSecretFile(path_);
  if (secret && !IsVisibleAscii(secret->Reveal())) {
    secret =
        Fail(ErrorKind::kAuth, "the token file " + path_.string() +
                                   " holds a character that no token has: write the bare token");
  }
  if (!secret) {
    error_ = std::move(secret.error());
    token_ = nullptr;
    refused_ = false;
    return;
  }
  if (token_ != nullptr && token_->Reveal() == secret->Reveal()) return;
  token_ = std::make_shared<const Secret>(std::move(*secret));
  refused_ = false;
}

void FileTokenSource::Accepted(const std::shared_ptr<const Secret>& token) {
  if (token == token_) refused_ = false;
}

void FileTokenSource::Refused(const std::shared_ptr<const Secret>& token) {
  if (token == token_) refused_ = true;
}

bool FileTokenSource::authenticated() const { return token_ != nullptr && !refused_; }

}  // namespace cckm
