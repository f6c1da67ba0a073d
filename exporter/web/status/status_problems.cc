#include "exporter/web/status/status_problems.h"

#include <fmt/format.h>

#include <algorithm>

#include "collectors/base/error_advice.h"
#include "exporter/web/status/format.h"
#include "exporter/web/status/html.h"
#include "exporter/web/status/status_expectations.h"

namespace cckm {
namespace {

// An appliance's certificate is announced for so long before it ends.
constexpr Nanoseconds kCertificateNotice = std::chrono::hours(24 * 14);
// Clocks that differ by less are taken for equal.
constexpr Nanoseconds kToleratedSkew = std::chrono::seconds(30);

struct ProblemText {
  std::string_view name;
  Level level;
  std::string_view one;   // {}: the subject
  std::string_view many;  // {}: how many subjects
  std::string_view advice;
};

// Indexed by ProblemKind.
constexpr std::array<ProblemText, 10> kTexts = {{
    {"ledger_not_writable", Level::kTrouble,
     "The ledger cannot be written: finished refreshes are not counted until it can", "",
     "Look at the disk that holds --storage.path; the log says what failed"},
    {"configuration_not_reloaded", Level::kTrouble,
     "The configuration could not be read again: the former one is in use", "",
     "Mend what the log names; --config.check tells every mistake"},
    {"login_failed", Level::kTrouble, "{} does not let the exporter log in",
     "{} targets do not let the exporter log in",
     "A rejected login is tried again by itself after 5 to 60 minutes, and at once when its "
     "credential file changes"},
    {"not_authenticated", Level::kTrouble, "No valid token is held for {}",
     "No valid token is held for {} targets",
     "Check the account and its credential file; the log says what was refused"},
    {"certificate_not_verified", Level::kAttention,
     "The certificate of {} is not verified: whoever is on the way can read its tokens",
     "The certificates of {} targets are not verified: whoever is on the way can read their tokens",
     "Use https, give ca_file, and take insecure_skip_verify out"},
    {"certificate_expires", Level::kAttention, "The certificate of {} ends soon or has ended",
     "The certificates of {} targets end soon or have ended",
     "Renew it on the appliance; without a valid one every poll fails"},
    {"clock_differs", Level::kAttention, "The clock of {} differs from ours",
     "The clocks of {} targets differ from ours",
     "Set both clocks by NTP: ages are wrong by as much"},
    {"discovery_truncated", Level::kAttention,
     "{} lists more refreshes than max_refreshes: older ones are not watched",
     "{} collectors list more refreshes than max_refreshes: older ones are not watched",
     "Raise discovery's max_refreshes"},
    {"series_dropped", Level::kAttention, "Series of {} are left out of the metrics",
     "Series of {} targets are left out of the metrics",
     "Raise max_series, or set domain_histograms to false"},
    {"expectation_unmatched", Level::kNotice, "An expectation of {} matches no domain",
     "{} expectations match no domain",
     "Look at its patterns, at the names of the domains, and at the expectations before it, the "
     "first of which counts"},
}};

const ProblemText& TextOf(ProblemKind kind) { return kTexts[static_cast<std::size_t>(kind)]; }

// The subjects of each kind of problem.
using Found = std::array<std::vector<ProblemSubject>, kTexts.size()>;

void Note(Found& found, ProblemKind kind, const ShownTarget& target, std::string note = {},
          std::string_view cloud = {}) {
  found[static_cast<std::size_t>(kind)].push_back({target.name, cloud, std::move(note)});
}

void LookAtLogin(const ShownTarget& target, Found& found) {
  if (target.login_error) {
    Note(found, ProblemKind::kLoginFailed, target,
         fmt::format("{}; {}", target.login_error->message, AdviceFor(target.login_error->kind)));
  } else if (!target.is_authenticated && target.reachability != Reachability::kWaiting) {
    Note(found, ProblemKind::kNotAuthenticated, target);
  }
}

void LookAtCertificate(const ShownTarget& target, WallTime now, Found& found) {
  if (!target.verifies_certificate) Note(found, ProblemKind::kCertificateNotVerified, target);
  const auto& expires_at = target.certificate_expires_at;
  if (!expires_at || *expires_at > now + kCertificateNotice) return;
  Note(found, ProblemKind::kCertificateExpires, target,
       fmt::format("{}, {}", FormatTime(*expires_at), FormatDistance(*expires_at, now)));
}

void LookAtClock(const ShownTarget& target, Found& found) {
  if (!target.clock_skew || std::chrono::abs(*target.clock_skew) < kToleratedSkew) return;
  Note(found, ProblemKind::kClockDiffers, target,
       fmt::format("{} {}", FormatApproximateDuration(std::chrono::abs(*target.clock_skew)),
                   *target.clock_skew < Nanoseconds(0) ? "behind" : "ahead"));
}

void LookAtLimits(const ShownTarget& target, Found& found) {
  for (const ShownCollector& collector : target.collectors) {
    if (!collector.is_truncated) continue;
    Note(found, ProblemKind::kDiscoveryTruncated, target, {}, collector.cloud);
  }
  if (target.dropped_series == 0) return;
  Note(found, ProblemKind::kSeriesDropped, target,
       CountOf(target.dropped_series, "series", "series"));
}

// Before its first poll a target has no domains that could match.
void LookAtExpectations(const ShownTarget& target, Found& found) {
  if (target.reachability == Reachability::kWaiting) return;
  for (std::size_t index = 0; index < target.expectations.size(); ++index) {
    const ShownExpectation& shown = target.expectations[index];
    if (shown.domains != 0) continue;
    Note(found, ProblemKind::kExpectationUnmatched, target,
         ExpectationName(index) + ": " + TextOf(shown));
  }
}

// As "3 domains failed, 1 target unreachable"; empty where there is no trouble.
std::string TroubleOf(const StatusCounts& counts) {
  std::string sentence;
  const auto add = [&](std::size_t number, std::string_view singular, std::string_view plural) {
    if (number == 0) return;
    if (!sentence.empty()) sentence += ", ";
    sentence += CountOf(number, singular, plural);
  };
  add(counts.Of(DomainTrouble::kFailed), "domain failed", "domains failed");
  add(counts.Of(Reachability::kDown), "target unreachable", "targets unreachable");
  add(counts.Of(Reachability::kPartlyDown), "target partly unreachable",
      "targets partly unreachable");
  add(counts.Of(DomainTrouble::kUnknown), "domain unknown", "domains unknown");
  add(counts.Of(DomainTrouble::kCancelled), "domain cancelled", "domains cancelled");
  add(counts.Of(DomainTrouble::kNever), "domain never refreshed", "domains never refreshed");
  add(counts.Of(DomainTrouble::kLate), "domain late", "domains late");
  add(counts.Of(RefreshStatus::kNotFound), "refresh not found", "refreshes not found");
  return sentence;
}

bool IsNotice(const Problem& problem) { return LevelOf(problem.kind) == Level::kNotice; }

Level LevelOf(const StatusModel& model) {
  const StatusCounts& counts = model.counts;
  const bool has_failed = counts.Of(DomainTrouble::kFailed) != 0 ||
                          counts.Of(Reachability::kDown) != 0 ||
                          counts.Of(Reachability::kPartlyDown) != 0;
  Level level = has_failed ? Level::kTrouble : Level::kGood;
  if (!TroubleOf(counts).empty()) level = std::max(level, Level::kAttention);
  for (const Problem& problem : model.problems) {
    if (!IsNotice(problem)) level = std::max(level, LevelOf(problem.kind));
  }
  return level;
}

// REQUIRES: no trouble of domains, targets or refreshes.
std::string GoodNews(const StatusModel& model) {
  const std::size_t running = model.counts.Of(RefreshStatus::kInProgress);
  const std::size_t domains = model.domains.total;
  std::string sentence =
      domains == 0   ? "No domain has been named by a refresh yet"
      : domains == 1 ? "The one domain is in order"
                     : fmt::format("All {} are in order", CountOf(domains, "domain", "domains"));
  if (running != 0) sentence += ", " + CountOf(running, "refresh runs", "refreshes run");
  return sentence;
}

// The problem's sentence, its text and its subject put into the form that is wanted.
template <typename TextAs, typename NameAs>
std::string Fill(const Problem& problem, const TextAs& text_as, const NameAs& name_as) {
  const ProblemText& text = TextOf(problem.kind);
  if (problem.subjects.total == 0) return text_as(text.one);
  if (problem.subjects.total > 1) {
    return fmt::format(fmt::runtime(text_as(text.many)), Grouped(problem.subjects.total));
  }
  return fmt::format(fmt::runtime(text_as(text.one)), name_as(problem.subjects.rows.front()));
}

}  // namespace

std::string_view ProblemKindName(ProblemKind kind) { return TextOf(kind).name; }
Level LevelOf(ProblemKind kind) { return TextOf(kind).level; }
std::string_view AdviceFor(ProblemKind kind) { return TextOf(kind).advice; }

std::string NameOf(const ProblemSubject& subject) {
  if (subject.cloud.empty()) return subject.target;
  return fmt::format("{}, {}", subject.target, subject.cloud);
}

std::string SentenceOf(const Problem& problem) {
  const auto as_it_is = [](std::string_view text) { return std::string(text); };
  return Fill(problem, as_it_is, NameOf);
}

std::string NameAsHtml(const ProblemSubject& subject) {
  std::string html = EscapeForeign(subject.target);
  if (!subject.cloud.empty()) Append(html, ", <span class=\"word\">{}</span>", subject.cloud);
  return html;
}

std::string SentenceAsHtml(const Problem& problem) { return Fill(problem, EscapeHtml, NameAsHtml); }

bool WasTried(const ShownTarget& target) {
  return target.is_authenticated || target.login_error ||
         std::ranges::any_of(target.collectors, [](const ShownCollector& collector) {
           return collector.last_poll_at.has_value();
         });
}

CertificateState CertificateOf(const ShownTarget& target) {
  const auto is_of_tls = [](const std::optional<ShownError>& error) {
    return error && error->kind == ErrorKind::kTls;
  };
  if (!target.verifies_certificate) return CertificateState::kNotVerified;
  if (is_of_tls(target.login_error) ||
      std::ranges::any_of(target.collectors, is_of_tls, &ShownCollector::last_error)) {
    return CertificateState::kTlsFailed;
  }
  return target.certificate_expires_at ? CertificateState::kVerified : CertificateState::kNotSeen;
}

std::vector<Problem> FindProblems(const StatusModel& model) {
  Found found;
  for (const ShownTarget& target : model.targets.rows) {
    LookAtLogin(target, found);
    LookAtCertificate(target, model.taken_at, found);
    LookAtClock(target, found);
    LookAtLimits(target, found);
    LookAtExpectations(target, found);
  }
  std::vector<Problem> problems;
  if (!model.ledger_writable) problems.push_back({ProblemKind::kLedgerNotWritable, {}});
  if (!model.config_ok) problems.push_back({ProblemKind::kConfigurationNotReloaded, {}});
  for (std::size_t kind = 0; kind < found.size(); ++kind) {
    std::vector<ProblemSubject>& subjects = found[kind];
    if (subjects.empty()) continue;
    const std::size_t total = subjects.size();
    if (total > kMaxShownSubjects) subjects.resize(kMaxShownSubjects);
    problems.push_back({static_cast<ProblemKind>(kind), {std::move(subjects), total}});
  }
  return problems;
}

Verdict Judge(const StatusModel& model) {
  Verdict verdict{LevelOf(model), TroubleOf(model.counts)};
  if (!verdict.sentence.empty()) return verdict;
  const std::size_t waiting = model.counts.Of(Reachability::kWaiting);
  if (model.targets.total == 0) {
    verdict.sentence = "No target is configured";
  } else if (waiting != 0) {
    verdict.sentence = "Waiting for the first poll of " + CountOf(waiting, "target", "targets");
  } else {
    verdict.sentence = GoodNews(model);
    if (!std::ranges::all_of(model.problems, IsNotice)) {
      verdict.sentence += ", but something needs attention";
    }
  }
  const bool waits = model.targets.total == 0 || waiting != 0;
  if (waits) verdict.level = std::max(verdict.level, Level::kWaiting);
  return verdict;
}

}  // namespace cckm
