#include "tests/simulator/login.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace cckm::simulator {
namespace {

using Json = nlohmann::ordered_json;
using Kind = LoginError::Kind;
using Granted = tl::expected<Grant, LoginError>;

constexpr std::string_view kPath = "/api/v1/auth/tokens";

Granted Refuse(Kind kind, std::string message) {
  return tl::unexpected(LoginError{kind, std::move(message)});
}

// Empty where the member is missing or no string.
std::string TextOf(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

struct Attempt {
  const Json& fields;
  const Request& request;
  TimePoint now;
};

// The session of an account that was let in, in the tenancy domain that it asks for.
Granted OpenSession(Appliance& appliance, const Attempt& attempt, Renewable renewable) {
  const auto tenancy = appliance.tenancies.OfLogin(TextOf(attempt.fields, "domain"));
  if (!tenancy) return Refuse(Kind::kUnauthorized, "The user has no access to this domain.");
  return appliance.tokens.Open(attempt.now, renewable, {*tenancy, attempt.request.node});
}

Granted ByPassword(Appliance& appliance, const Attempt& attempt) {
  std::string username = TextOf(attempt.fields, "username");
  if (username.empty()) username = TextOf(attempt.fields, "name");
  if (!appliance.accounts.CheckPassword(username, TextOf(attempt.fields, "password"))) {
    return Refuse(Kind::kUnauthorized, "Wrong username or password.");
  }
  return OpenSession(appliance, attempt, Renewable::kYes);
}

Granted ByRefreshToken(Appliance& appliance, const Attempt& attempt) {
  const auto grant = appliance.tokens.Renew(TextOf(attempt.fields, "refresh_token"), attempt.now,
                                            attempt.request.node);
  if (!grant) return Refuse(Kind::kUnauthorized, "Invalid token");
  return *grant;
}

// The real API grants no refresh token here.
Granted ByClientCertificate(Appliance& appliance, const Attempt& attempt) {
  if (!attempt.request.client_certificate) {
    return Refuse(Kind::kInvalidValue, "grant_type: client_credential needs a client certificate");
  }
  if (!appliance.accounts.KnowsClient(TextOf(attempt.fields, "client_id"))) {
    return Refuse(Kind::kUnauthorized, "Invalid Client");
  }
  return OpenSession(appliance, attempt, Renewable::kNo);
}

struct GrantType {
  std::string_view name;
  Granted (*grant)(Appliance& appliance, const Attempt& attempt);
};
constexpr std::array<GrantType, 3> kGrantTypes = {{{"password", ByPassword},
                                                   {"refresh_token", ByRefreshToken},
                                                   {"client_credential", ByClientCertificate}}};

std::string RenderGrant(const Grant& grant) {
  Json body = {{"jwt", grant.jwt},
               {"duration", grant.duration.count()},
               {"token_type", "Bearer"},
               {"client_id", grant.client_id}};
  if (!grant.refresh_token.empty()) {
    body["refresh_token"] = grant.refresh_token;
    body["refresh_token_expires_in"] = grant.refresh_token_expires_in.count();
  }
  return body.dump();
}

// The right password counts for nothing while the account is locked.
Granted Try(Appliance& appliance, const Attempt& attempt) {
  std::string name = TextOf(attempt.fields, "grant_type");
  if (name.empty()) name = kGrantTypes[0].name;
  const auto* const grant_type = std::ranges::find(kGrantTypes, name, &GrantType::name);
  if (grant_type == kGrantTypes.end()) {
    return Refuse(Kind::kInvalidValue, "grant_type: password, refresh_token or client_credential");
  }
  if (appliance.accounts.IsLocked()) {
    return Refuse(Kind::kUnauthorized, "The user account is locked.");
  }
  Granted grant = grant_type->grant(appliance, attempt);
  if (grant) appliance.journal.NoteLoginGranted(grant_type->name);
  return grant;
}

}  // namespace

bool IsLoginPath(std::string_view path) {
  return path.starts_with(kPath) &&
         (path.size() == kPath.size() || path.substr(kPath.size()) == "/");
}

tl::expected<std::string, LoginError> LogIn(Appliance& appliance, const Request& request,
                                            TimePoint now) {
  const Json fields = Json::parse(request.body, nullptr, false);
  appliance.journal.NoteLoginFields(request.body);
  const Granted grant = fields.is_object()
                            ? Try(appliance, {fields, request, now})
                            : Refuse(Kind::kBadRequest, "The body is not a JSON object.");
  if (!grant) appliance.journal.NoteLoginRejected();
  return grant.map(RenderGrant);
}

}  // namespace cckm::simulator
