#include "collectors/session/file_token_source.h"

#include <utility>

#include "collectors/base/hide.h"
#include "collectors/base/secret_file.h"
#include "collectors/base/utf8.h"

namespace cckm {
namespace {

constexpr Nanoseconds kLookInterval = std::chrono::seconds(1);

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

void FileTokenSource::Accepted(const std::shared_ptr<const Secret>& token, bool /*is_repetition*/) {
  if (token == token_) refused_ = false;
}

bool FileTokenSource::Refused(const std::shared_ptr<const Secret>& token, bool /*is_repetition*/) {
  if (token == token_) refused_ = true;
  return false;
}

TokenState FileTokenSource::State() const {
  return {.is_held = token_ != nullptr && !refused_, .held_until = {}, .expires_at = {}};
}

void FileTokenSource::Hide(std::string& text) const {
  if (token_ != nullptr) HideSecret(*token_, text);
}

}  // namespace cckm
