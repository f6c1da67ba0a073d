#include "collectors/session/file_token_source.h"

#include <utility>

#include "collectors/base/secret_file.h"

namespace cckm {
namespace {

constexpr Nanoseconds kLookInterval = std::chrono::seconds(1);

}  // namespace

FileTokenSource::FileTokenSource(std::filesystem::path path, const Clock& clock,
                                 ErrorReporter on_unusable)
    : path_(std::move(path)), clock_(clock), on_unusable_(std::move(on_unusable)) {}

Result<std::shared_ptr<const Secret>> FileTokenSource::Current() {
  const SteadyTime now = clock_.SteadyNow();
  if (!last_look_ || now - *last_look_ >= kLookInterval) {
    last_look_ = now;
    Look();
  }
  if (token_ == nullptr) return tl::make_unexpected(*error_);
  return token_;
}

// The identity is taken before the content, so that a change between the two is seen at the next
// look.  What could not be used is read again: it may be the reading that failed.
void FileTokenSource::Look() {
  const std::optional<FileIdentity> identity = IdentityOf(path_);
  const bool is_new_content = !identity_ || identity != *identity_;
  if (!is_new_content && !error_) return;
  identity_ = identity;
  Read(is_new_content);
}

void FileTokenSource::Read(bool is_new_content) {
  Result<Secret> secret = ReadSecretFile(path_, SecretKind::kToken);
  if (secret) {
    error_.reset();
    Keep(std::move(*secret));
    return;
  }
  error_ = std::move(secret.error());
  if (refused_) token_ = nullptr;
  if (token_ != nullptr && is_new_content && on_unusable_) on_unusable_(*error_);
}

void FileTokenSource::Keep(Secret token) {
  if (token_ != nullptr && token_->Reveal() == token.Reveal()) return;
  token_ = std::make_shared<const Secret>(std::move(token));
  hidden_.emplace(*token_);
  refused_ = false;
}

void FileTokenSource::Accepted(const std::shared_ptr<const Secret>& token, bool /*is_repetition*/) {
  if (token == token_) refused_ = false;
}

bool FileTokenSource::Refused(const std::shared_ptr<const Secret>& token, bool /*is_repetition*/) {
  if (token != token_) return false;
  refused_ = true;
  if (error_) token_ = nullptr;
  return false;
}

TokenState FileTokenSource::State() const {
  return {.is_held = token_ != nullptr && !refused_, .held_until = {}, .expires_at = {}};
}

void FileTokenSource::Redact(std::string& text) const {
  if (hidden_) hidden_->Redact(text);
}

}  // namespace cckm
