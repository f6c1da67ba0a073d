// A bearer token that the exporter fetches itself and renews in time.
//
// A cluster's nodes may not take each other's tokens.  A token that was granted at one address and
// is refused at another is kept, and used again where it came from, so that requests that go to and
// fro between two addresses cost each one login in a token's life.
//
// Source: the API's "Authentication" pages: POST /api/v1/auth/tokens with the grants password,
// refresh_token and client_credential; a token lives for `duration`, usually 300 seconds.
//
// Thread-safety: as TokenSource.

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collectors/base/backoff.h"
#include "collectors/base/clock.h"
#include "collectors/base/random.h"
#include "collectors/base/redact.h"
#include "collectors/decode/decoder.h"
#include "collectors/session/login_backoff.h"
#include "collectors/session/login_options.h"
#include "collectors/session/token_source.h"

namespace cckm {

struct LoginPlan {
  std::string appliance;  // its URL: an account of one appliance is none of another
  std::variant<PasswordLogin, CertificateLogin> way;
  // Told when the password file cannot be used and the password before stays in use; may be null.
  std::function<void(const Error&)> on_unusable = {};
  // Of the other addresses of the same appliance.
  std::vector<std::string> other_urls = {};
};

class LoginTokenSource final : public TokenSource {
 public:
  // The parts outlive this.
  LoginTokenSource(LoginPlan plan, LoginBackoff& backoff, const Clock& clock, Random& random);
  ~LoginTokenSource() override;
  LoginTokenSource(const LoginTokenSource&) = delete;
  LoginTokenSource& operator=(const LoginTokenSource&) = delete;

  // A token is handed out until the smaller of 15 s and a quarter of its life is left.
  Result<std::shared_ptr<const Secret>> Current() override;

  // Renews after about 60 % of a token's life.  A refresh token is used while there is one that
  // works.
  std::optional<Result<HttpRequest>> NextLogin() override;
  LoginOutcome OnLoginAnswer(const HttpResult& response) override;
  std::optional<SteadyTime> NextLoginDue() const override;

  void Accepted(const std::shared_ptr<const Secret>& token, bool is_repetition) override;
  // Drops the token, so that a new login follows at once; but only so often, since what is refused
  // with a fresh token will be refused with the next one, too.
  bool Refused(const std::shared_ptr<const Secret>& token, bool is_repetition) override;

  bool ReportsItsFaults() const override { return true; }
  void UseAddress(std::size_t address) override;
  TokenState State() const override;
  void Redact(std::string& text) const override;
  bool AppearsIn(std::string_view text) const override;

 private:
  struct Token {
    std::shared_ptr<const Secret> text;
    SteadyTime usable_until{};
    SteadyTime expires{};
    WallTime expires_at{};
    std::size_t address = 0;  // that granted it
  };
  // What an address granted.
  struct Session {
    std::optional<Token> token = {};
    std::shared_ptr<const Secret> refresh_token = {};
    SteadyTime refresh_token_until{};
    SteadyTime next_login{};
    // Of what was granted last.
    std::optional<SecretRedactor> token_redactor = {};
    std::optional<SecretRedactor> refresh_token_redactor = {};
  };
  struct Attempt {
    SteadyTime began_at{};
    bool with_refresh_token = false;
  };

  bool RefreshTokenIsUsable() const;
  HttpRequest RenewingRequest();
  std::optional<Result<HttpRequest>> CredentialRequest();
  Result<std::shared_ptr<const Secret>> CredentialBody();
  Result<void> ReadPassword(const std::filesystem::path& file);
  HttpRequest Begin(std::shared_ptr<const Secret> body, bool with_refresh_token);
  void Keep(TokenGrant grant, SteadyTime began_at, std::size_t address);
  // Whether the token may be dropped for a login: not where that was in vain lately.
  bool MayDrop(bool is_current, bool is_repetition);
  // Whether a token for the address in use is kept that may still be used.
  bool HasKept() const;
  // Keep the token for the address that granted it, and take the one kept for the address in use,
  // if it may still be used.
  void PutAside();
  void TakeKept();
  bool WasPutAside(const std::shared_ptr<const Secret>& token) const;
  LoginOutcome Fail(const HttpResult& response, Error error, const Attempt& attempt);
  // Those of every secret, of which some may not be there.
  std::vector<const std::optional<SecretRedactor>*> Redactors() const;
  void TryAgainAfter(Nanoseconds wait) { session_.next_login = clock_.SteadyNow() + wait; }

  // Constant after construction.
  const LoginPlan plan_;
  const LoginAccount account_;
  LoginBackoff& backoff_;
  const Clock& clock_;
  Random& random_;

  Decoder decoder_;
  Session session_;  // that is in use
  Error error_;      // why there is no token
  bool was_granted_once_ = false;
  bool was_rejected_ = false;       // error_ tells of it
  bool waits_for_another_ = false;  // target, which logs in with the same account
  bool is_refused_ = false;         // the token, since it was last accepted
  std::optional<Attempt> attempt_;  // under way
  Backoff failures_;                // logins that failed in a row without being rejected

  std::shared_ptr<const Secret> password_;  // last sent
  bool password_was_granted_ = false;       // and may be sent again while its file is unusable
  int refresh_tokens_rejected_ = 0;         // in a row

  std::optional<SecretRedactor> password_redactor_;
  std::optional<SecretRedactor> former_token_redactor_;  // of the token before the present one

  Backoff fruitless_drops_;  // tokens dropped in vain
  SteadyTime no_drop_before_;

  std::size_t address_ = 0;              // in use
  std::map<std::size_t, Session> kept_;  // not in use now, by the address that granted it
};

}  // namespace cckm
