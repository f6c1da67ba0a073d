#include "collectors/session/file_token_source.h"

#include <utility>

#include "collectors/base/secret_file.h"

namespace cckm {
FileTokenSource::FileTokenSource(std::filesystem::path path, const Clock& clock,
                                 ErrorReporter on_unusable)
    : path_(std::move(path)), on_unusable_(std::move(on_unusable)), watch_({path_}, clock) {}

Result<std::shared_ptr<const Secret>> FileTokenSource::Current() {
  const FileTurn turn = watch_.Look();
  if (turn != FileTurn::kNothing) Read(turn == FileTurn::kRead);
  if (token_ == nullptr) return tl::make_unexpected(*error_);
  return token_;
}

void FileTokenSource::Read(bool is_new_content) {
  Result<Secret> secret = ReadSecretFile(path_, SecretKind::kToken);
  watch_.SetUsable(secret.has_value());
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
  if (token_ != nullptr && *token_ == token) return;
  token_ = std::make_shared<const Secret>(std::move(token));
  redactor_.emplace(*token_);
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
  if (redactor_) redactor_->Redact(text);
}

bool FileTokenSource::AppearsIn(std::string_view text) const {
  return redactor_ && redactor_->AppearsIn(text);
}

}  // namespace cckm
