#include "collectors/session/login_token_source.h"

#include <algorithm>
#include <utility>

#include "collectors/base/rfc3339.h"
#include "collectors/base/secret_file.h"
#include "collectors/base/text.h"
#include "collectors/decode/answer.h"
#include "collectors/http/base_url.h"
#include "collectors/session/login_body.h"

namespace cckm {
namespace {

using std::chrono::seconds;

constexpr std::string_view kTokenPath = "/api/v1/auth/tokens";

constexpr Nanoseconds kUsualLife = seconds(300);
constexpr Nanoseconds kShortestLife = seconds(10);
constexpr Nanoseconds kMaxLife = seconds(3600);
constexpr Nanoseconds kMaxReserve = seconds(15);

// How often a credential is looked at that is rejected, cannot be read, or is used by another
// target.
constexpr Nanoseconds kLookInterval = seconds(1);
constexpr Nanoseconds kBusyInterval = std::chrono::milliseconds(50);

constexpr int kMaxRejectedRefreshTokens = 3;

// Who logs in, without the appliance.  The same user name in another place is another account; the
// domain to work in is not part of it.
std::string UserOf(const LoginPlan& plan) {
  const auto* const login = std::get_if<PasswordLogin>(&plan.way);
  if (login == nullptr) return " client " + std::get<CertificateLogin>(plan.way).client_id;
  return " user " + login->username + " in " + login->connection + " in " + login->auth_domain +
         " in " + login->auth_domain_path;
}

LoginAccount AccountOf(const LoginPlan& plan) {
  const std::string user = UserOf(plan);
  const auto* const login = std::get_if<PasswordLogin>(&plan.way);
  LoginAccount account{
      .name = CanonicalBaseUrl(plan.appliance) + user,
      .credential_file = login != nullptr ? login->password_file
                                          : std::get<CertificateLogin>(plan.way).certificate_file};
  if (login != nullptr) account.domain = login->domain;
  for (const std::string& url : plan.other_urls) {
    account.other_names.push_back(CanonicalBaseUrl(url) + user);
  }
  return account;
}

bool IsRejection(long status) { return status >= 400 && status <= 499 && status != 429; }

std::string Rejected(const std::string& how, const std::string& domain, WallTime next_attempt) {
  const auto at = std::chrono::ceil<seconds>(next_attempt);
  const std::string where = domain.empty() ? "" : ", in the domain " + Printable(domain);
  return "the login was rejected, " + how + where + "; next attempt at " + FormatRfc3339(at) +
         ", or when the credential file changes, or on SIGHUP";
}

}  // namespace

LoginTokenSource::LoginTokenSource(LoginPlan plan, LoginBackoff& backoff, const Clock& clock,
                                   Random& random)
    : plan_(std::move(plan)),
      account_(AccountOf(plan_)),
      backoff_(backoff),
      clock_(clock),
      random_(random),
      decoder_([this](std::string& text) { Redact(text); }),
      session_{.next_login = clock.SteadyNow()},
      failures_(seconds(1), seconds(60), random),
      fruitless_drops_(seconds(5), seconds(600), random),
      no_drop_before_(clock.SteadyNow()) {}

LoginTokenSource::~LoginTokenSource() {
  if (attempt_ && !attempt_->with_refresh_token) backoff_.Undecided(account_);
}

Result<std::shared_ptr<const Secret>> LoginTokenSource::Current() {
  const SteadyTime now = clock_.SteadyNow();
  if (session_.token && now < session_.token->usable_until) return session_.token->text;
  if (attempt_ || waits_for_another_ || session_.next_login <= now)
    return std::shared_ptr<const Secret>();
  return tl::make_unexpected(error_);
}

std::optional<SteadyTime> LoginTokenSource::NextLoginDue() const {
  return attempt_ ? std::nullopt : std::optional(session_.next_login);
}

std::optional<Result<HttpRequest>> LoginTokenSource::NextLogin() {
  if (attempt_ || clock_.SteadyNow() < session_.next_login) return std::nullopt;
  if (RefreshTokenIsUsable()) return RenewingRequest();
  return CredentialRequest();
}

bool LoginTokenSource::RefreshTokenIsUsable() const {
  return session_.refresh_token != nullptr && clock_.SteadyNow() < session_.refresh_token_until &&
         refresh_tokens_rejected_ < kMaxRejectedRefreshTokens;
}

HttpRequest LoginTokenSource::RenewingRequest() {
  auto body = std::make_shared<const Secret>(LoginBody(
      {{"grant_type", "refresh_token"}, {"refresh_token", session_.refresh_token->Reveal()}}));
  return Begin(std::move(body), true);
}

std::optional<Result<HttpRequest>> LoginTokenSource::CredentialRequest() {
  const LoginBackoff::Answer answer = backoff_.Begin(account_);
  waits_for_another_ = answer.permission == LoginBackoff::Permission::kBusy;
  if (waits_for_another_) {
    TryAgainAfter(kBusyInterval);
    return std::nullopt;
  }
  if (answer.permission == LoginBackoff::Permission::kRejected) {
    if (!was_rejected_)
      error_ = {ErrorKind::kAuth, Rejected("earlier", answer.domain, answer.not_before)};
    TryAgainAfter(kLookInterval);
    return std::nullopt;
  }
  was_rejected_ = false;
  auto body = CredentialBody();
  if (body) return Begin(std::move(*body), false);
  backoff_.Undecided(account_);
  TryAgainAfter(kLookInterval);
  if (std::exchange(error_, body.error()) == body.error()) return std::nullopt;
  return tl::make_unexpected(error_);
}

Result<std::shared_ptr<const Secret>> LoginTokenSource::CredentialBody() {
  if (const auto* login = std::get_if<CertificateLogin>(&plan_.way)) {
    return std::make_shared<const Secret>(
        LoginBody({{"grant_type", "client_credential"}, {"client_id", login->client_id}}));
  }
  const auto& login = std::get<PasswordLogin>(plan_.way);
  if (const auto read = ReadPassword(login.password_file); !read) {
    return tl::make_unexpected(read.error());
  }
  return std::make_shared<const Secret>(LoginBody({{"grant_type", "password"},
                                                   {"username", login.username},
                                                   {"password", password_->Reveal()},
                                                   {"connection", login.connection},
                                                   {"domain", login.domain},
                                                   {"auth_domain", login.auth_domain},
                                                   {"auth_domain_path", login.auth_domain_path}}));
}

// A password that was granted a token stays in use while its file cannot be used.
Result<void> LoginTokenSource::ReadPassword(const std::filesystem::path& file) {
  auto password = ReadSecretFile(file, SecretKind::kPassword);
  if (!password && !password_was_granted_) return tl::make_unexpected(password.error());
  if (!password) {
    if (plan_.on_unusable) plan_.on_unusable(password.error());
    return {};
  }
  if (password_ != nullptr && *password_ == *password) return {};
  password_ = std::make_shared<const Secret>(std::move(*password));
  password_was_granted_ = false;
  password_redactor_.emplace(*password_);
  return {};
}

HttpRequest LoginTokenSource::Begin(std::shared_ptr<const Secret> body, bool with_refresh_token) {
  attempt_ = Attempt{.began_at = clock_.SteadyNow(), .with_refresh_token = with_refresh_token};
  return {.path = std::string(kTokenPath), .body = std::move(body)};
}

LoginOutcome LoginTokenSource::OnLoginAnswer(const HttpResult& response) {
  const Attempt attempt = *std::exchange(attempt_, std::nullopt);
  const auto body = UsableBody(response, decoder_);
  if (!body) return Fail(response, body.error(), attempt);
  auto grant = decoder_.DecodeTokenGrant(*body);
  if (!grant) return Fail(response, grant.error().error, attempt);
  if (!attempt.with_refresh_token) {
    backoff_.Granted(account_);
    password_was_granted_ = true;
  }
  if (attempt.with_refresh_token) refresh_tokens_rejected_ = 0;
  Keep(std::move(*grant), attempt.began_at, response.address);
  return {.error = {}, .is_renewal = std::exchange(was_granted_once_, true)};
}

void LoginTokenSource::Keep(TokenGrant grant, SteadyTime began_at, std::size_t address) {
  kept_.erase(address);
  const Nanoseconds life = std::clamp(grant.life.value_or(kUsualLife), kShortestLife, kMaxLife);
  const Nanoseconds reserve = std::min(kMaxReserve, life / 4);
  const SteadyTime expires = began_at + life;
  if (session_.token_redactor)
    former_token_redactor_ = std::exchange(session_.token_redactor, std::nullopt);
  session_.token_redactor.emplace(grant.token);
  session_.token = Token{.text = std::make_shared<const Secret>(std::move(grant.token)),
                         .usable_until = expires - reserve,
                         .expires = expires,
                         .expires_at = clock_.Now() + (expires - clock_.SteadyNow()),
                         .address = address};
  is_refused_ = false;
  error_ = {ErrorKind::kAuth, "the token was granted too late to be used"};  // shown only then
  failures_.Reset();
  // At 54 % to 66 % of the life.
  const auto per_mille = static_cast<std::int64_t>(540 + 120 * random_.Uniform());
  session_.next_login =
      std::max(began_at + life / 1000 * per_mille, clock_.SteadyNow() + seconds(1));
  if (grant.refresh_token.empty()) return;
  session_.refresh_token = std::make_shared<const Secret>(std::move(grant.refresh_token));
  session_.refresh_token_redactor.emplace(*session_.refresh_token);
  const Nanoseconds refresh_life = grant.refresh_token_life.value_or(life * 2);
  session_.refresh_token_until = began_at + refresh_life - reserve;
}

LoginOutcome LoginTokenSource::Fail(const HttpResult& response, Error error,
                                    const Attempt& attempt) {
  const long status = response.answer ? response.answer->status : 0;
  Redact(error.message);
  if (IsRejection(status)) error.kind = ErrorKind::kAuth;
  if (attempt.with_refresh_token && IsRejection(status)) {
    session_.refresh_token = nullptr;
    ++refresh_tokens_rejected_;
    TryAgainAfter(Nanoseconds(0));
    return {.error = std::move(error), .is_renewal = false, .was_last_way = false};
  }
  if (IsRejection(status)) {
    password_was_granted_ = false;
    error.message = Rejected(error.message, account_.domain, backoff_.Rejected(account_));
    was_rejected_ = true;
    TryAgainAfter(kLookInterval);
  } else {
    if (!attempt.with_refresh_token) backoff_.Undecided(account_);
    error.message = "the login failed: " + error.message;
    TryAgainAfter(failures_.Next());
  }
  error_ = error;
  return {.error = std::move(error)};
}

void LoginTokenSource::Accepted(const std::shared_ptr<const Secret>& token, bool is_repetition) {
  if (session_.token && token == session_.token->text) is_refused_ = false;
  if (is_repetition) fruitless_drops_.Reset();
}

bool LoginTokenSource::Refused(const std::shared_ptr<const Secret>& token, bool is_repetition) {
  const SteadyTime now = clock_.SteadyNow();
  const bool is_current = session_.token && token == session_.token->text;
  if (is_current && session_.token->address != address_) {
    if (!HasKept() && !MayDrop(is_current, is_repetition)) return false;
    PutAside();
    if (!attempt_) TakeKept();
    return true;
  }
  if (WasPutAside(token) || (!is_current && !is_repetition)) {
    return session_.token || attempt_ || session_.next_login <= now;
  }
  if (!MayDrop(is_current, is_repetition)) return false;
  session_.token.reset();
  session_.refresh_token = nullptr;
  error_ = {ErrorKind::kAuth, "the appliance refused the token"};
  was_rejected_ = false;
  if (!attempt_) session_.next_login = now;
  return true;
}

bool LoginTokenSource::MayDrop(bool is_current, bool is_repetition) {
  const SteadyTime now = clock_.SteadyNow();
  const bool may_drop = !is_repetition && no_drop_before_ <= now;
  if (is_current && !may_drop) is_refused_ = true;
  // Many requests may be refused together; that is one vain drop.
  if (is_repetition && no_drop_before_ <= now) no_drop_before_ = now + fruitless_drops_.Next();
  return may_drop;
}

bool LoginTokenSource::HasKept() const {
  const auto kept = kept_.find(address_);
  return kept != kept_.end() && clock_.SteadyNow() < kept->second.token->usable_until;
}

void LoginTokenSource::PutAside() {
  const std::size_t address = session_.token->address;
  const SteadyTime next_login = attempt_ ? session_.next_login : clock_.SteadyNow();
  kept_.insert_or_assign(address, std::exchange(session_, Session{.next_login = next_login}));
  error_ = {ErrorKind::kAuth, "the appliance refused the token"};
  was_rejected_ = false;
}

void LoginTokenSource::UseAddress(std::size_t address) {
  if (std::exchange(address_, address) == address || attempt_) return;
  if (!session_.token || session_.token->address != address) TakeKept();
}

void LoginTokenSource::TakeKept() {
  if (!HasKept()) return;
  Session session = std::move(kept_.extract(address_).mapped());
  if (session_.token) PutAside();
  if (session_.token_redactor) former_token_redactor_ = std::move(session_.token_redactor);
  session_ = std::move(session);
  is_refused_ = false;
}

bool LoginTokenSource::WasPutAside(const std::shared_ptr<const Secret>& token) const {
  return std::ranges::any_of(
      kept_, [&token](const auto& kept) { return kept.second.token->text == token; });
}

TokenState LoginTokenSource::State() const {
  if (!session_.token) return {};
  return {.is_held = !is_refused_ && clock_.SteadyNow() < session_.token->expires,
          .held_until = session_.token->expires,
          .expires_at = session_.token->expires_at};
}

std::vector<const std::optional<SecretRedactor>*> LoginTokenSource::Redactors() const {
  std::vector<const std::optional<SecretRedactor>*> all = {
      &password_redactor_, &session_.refresh_token_redactor, &session_.token_redactor,
      &former_token_redactor_};
  for (const auto& [address, session] : kept_) {
    all.insert(all.end(), {&session.token_redactor, &session.refresh_token_redactor});
  }
  return all;
}

void LoginTokenSource::Redact(std::string& text) const {
  for (const auto* redactor : Redactors()) {
    if (*redactor) (*redactor)->Redact(text);
  }
}

bool LoginTokenSource::AppearsIn(std::string_view text) const {
  return std::ranges::any_of(Redactors(), [text](const auto* redactor) {
    return *redactor && (*redactor)->AppearsIn(text);
  });
}

}  // namespace cckm
