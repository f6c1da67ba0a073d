#include "collectors/poll/redact_update.h"

#include <set>
#include <utility>

#include "collectors/base/redact.h"

namespace cckm {
namespace {

void RedactSecretsInNames(std::set<std::string, std::less<>>& names, const TokenSource& token) {
  for (std::string name : std::exchange(names, {})) {
    token.Redact(name);
    names.insert(std::move(name));
  }
}

}  // namespace

void RedactSecretsInText(std::string& text, const TokenSource& token) {
  token.Redact(text);
  RedactTokens(text);
}

void RedactSecrets(PollUpdate& update, const TokenSource& token) {
  for (Error& error : update.errors) RedactSecretsInText(error.message, token);
  for (RefreshAnswer& answer : update.answers) {
    RedactSecretsInText(answer.refresh.unknown_status, token);
    for (DomainRefresh& domain : answer.refresh.domains) {
      token.Redact(domain.domain_id);
      RedactSecretsInText(domain.detail, token);
    }
  }
  if (update.listing) RedactSecretsInNames(update.listing->left_out_domains, token);
  if (!update.domain_listing) return;
  for (DomainName& domain : update.domain_listing->domains) {
    token.Redact(domain.id);
    token.Redact(domain.name);
    token.Redact(domain.connection);
  }
}

void RedactSecrets(ScheduleUpdate& update, const TokenSource& token) {
  for (Error& error : update.errors) RedactSecretsInText(error.message, token);
  if (!update.reading) return;
  for (KnownSchedule& known : update.reading->schedules) {
    RefreshSchedule& schedule = known.schedule;
    for (std::string* text : {&schedule.id, &schedule.name, &schedule.run_at}) token.Redact(*text);
    for (std::string& unit : schedule.units) token.Redact(unit);
  }
}

}  // namespace cckm
