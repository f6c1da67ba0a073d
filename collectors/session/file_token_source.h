// A bearer token from a file that something else renews.
//
// Thread-safety: as TokenSource.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"
#include "collectors/base/file_watch.h"
#include "collectors/base/redact.h"
#include "collectors/session/token_source.h"

namespace cckm {

class FileTokenSource final : public TokenSource {
 public:
  // Told once for each change of the file into something that cannot be used; may be null.
  using ErrorReporter = std::function<void(const Error&)>;

  // Reads nothing yet.  REQUIRES: `clock` outlives this.
  FileTokenSource(std::filesystem::path path, const Clock& clock,
                  ErrorReporter on_unusable = nullptr);

  // Looks at the file at most once a second, and reads it if it changed or could not be read. While
  // it cannot be read as a token, the former one stays in use until it is refused; then, and from
  // the start, that is an error (auth).
  //
  // A refused token is returned again: the appliance may come to accept it without a new file.
  Result<std::shared_ptr<const Secret>> Current() override;

  // There is no login.
  std::optional<Result<HttpRequest>> NextLogin() override { return std::nullopt; }
  LoginOutcome OnLoginAnswer(const HttpResult& /*response*/) override { return {}; }
  std::optional<SteadyTime> NextLoginDue() const override { return std::nullopt; }
  bool ReportsItsFaults() const override { return false; }

  void Accepted(const std::shared_ptr<const Secret>& token, bool is_repetition) override;
  // Never asks for a repetition: there is no other token.
  bool Refused(const std::shared_ptr<const Secret>& token, bool is_repetition) override;

  // A token is held from the first reading; a new one counts as good until it is refused.
  TokenState State() const override;
  void Redact(std::string& text) const override;
  bool AppearsIn(std::string_view text) const override;

 private:
  void Read(bool is_new_content);
  void Keep(Secret token);

  const std::filesystem::path path_;
  const ErrorReporter on_unusable_;

  FileWatch watch_;
  std::shared_ptr<const Secret> token_;     // null while error_ says why
  std::optional<SecretRedactor> redactor_;  // the token that was read last
  std::optional<Error> error_;              // why the file cannot be used as it is
  bool refused_ = false;
};

}  // namespace cckm
