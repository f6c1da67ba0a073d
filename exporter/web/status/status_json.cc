#include "exporter/web/status/status_json.h"

#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "collectors/base/error_advice.h"
#include "collectors/base/rfc3339.h"
#include "exporter/web/status/status_expectations.h"
#include "exporter/web/status/status_problems.h"

namespace cckm {
namespace {

using Json = nlohmann::ordered_json;

Json Time(const std::optional<WallTime>& time) {
  return time ? Json(FormatRfc3339(*time)) : Json(nullptr);
}

Json Seconds(const std::optional<Nanoseconds>& length) {
  return length ? Json(ToSeconds(*length)) : Json(nullptr);
}

Json Fault(const std::optional<ShownError>& error,
           std::string_view (*advice)(ErrorKind) = AdviceFor) {
  if (!error) return nullptr;
  return {{"reason", ErrorKindName(error->kind)},
          {"message", error->message},
          {"advice", advice(error->kind)}};
}

Json Counts(std::span<const std::string_view> names, std::span<const std::size_t> counts) {
  Json object = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) object[std::string(names[i])] = counts[i];
  return object;
}

Json TextOrNull(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

template <typename Row, typename RowJson>
Json Array(const std::vector<Row>& rows, RowJson row_json) {
  Json items = Json::array();
  for (const Row& row : rows) items.push_back(row_json(row));
  return items;
}

template <typename Row, typename RowJson>
Json List(const Truncated<Row>& list, RowJson row_json) {
  return {
      {"total", list.total}, {"left_out", list.left_out()}, {"items", Array(list.rows, row_json)}};
}

Json SubjectJson(const ProblemSubject& subject) {
  return {{"target", subject.target}, {"cloud", subject.cloud}, {"note", subject.note}};
}

Json ProblemJson(const Problem& problem) {
  return {{"kind", ProblemKindName(problem.kind)},
          {"level", kLevelNames[static_cast<std::size_t>(LevelOf(problem.kind))]},
          {"sentence", SentenceOf(problem)},
          {"advice", AdviceFor(problem.kind)},
          {"subjects", List(problem.subjects, SubjectJson)}};
}

Json CollectorJson(const ShownCollector& collector) {
  return {{"cloud", collector.cloud},
          {"state", kReachabilityNames[static_cast<std::size_t>(collector.reachability)]},
          {"last_poll_at", Time(collector.last_poll_at)},
          {"last_success_at", Time(collector.last_success_at)},
          {"last_poll_duration_seconds", Seconds(collector.last_poll_duration)},
          {"refreshes", collector.refreshes},
          {"unanswered_refreshes", collector.unanswered},
          {"domains", collector.domains},
          {"discovers", collector.discovers},
          {"discovery_truncated", collector.is_truncated},
          {"unlisted_domains", collector.unlisted_domains},
          {"dropped_domains", collector.dropped_domains},
          {"unreadable_id_files", collector.unreadable_id_files},
          {"last_error", Fault(collector.last_error)}};
}

// Null while it is not known.
Json CertificateVerified(const ShownTarget& target) {
  const CertificateState state = CertificateOf(target);
  if (state == CertificateState::kVerified) return true;
  return state == CertificateState::kNotVerified ? Json(false) : Json(nullptr);
}

// An empty pattern matches everything.
Json ExpectationJson(const ShownExpectation& shown) {
  const Expectation& expectation = shown.expectation;
  const DomainPatterns& match = expectation.match;
  return {{"match",
           {{"cloud", TextOrNull(match.cloud)},
            {"domain", TextOrNull(match.domain)},
            {"connection", TextOrNull(match.connection)}}},
          {"refreshed_every_seconds", ToSeconds(expectation.refreshed_every)},
          {"severity", SeverityName(expectation.severity)},
          {"domains", shown.domains}};
}

// Null where nothing is expected.
Json Expected(const ShownDomain& domain) {
  if (!domain.expected) return nullptr;
  return {{"interval_seconds", ToSeconds(domain.expected->length)},
          {"severity", TextOrNull(SeverityOf(*domain.expected))},
          {"late", domain.is_late},
          {"source", SourceOf(*domain.expected)}};
}

Json AddressJson(const ShownAddress& address) {
  return {{"address", address.url},
          {"in_use", address.is_in_use},
          {"up", address.is_up ? Json(*address.is_up) : Json(nullptr)}};
}

Json SchedulerJson(const ShownScheduler& scheduler) {
  return {{"up", scheduler.up},
          {"last_read_at", Time(scheduler.last_read_at)},
          {"schedules", scheduler.schedules},
          {"missed", scheduler.missed},
          {"last_error", Fault(scheduler.last_error, SchedulerAdviceFor)}};
}

Json TargetJson(const ShownTarget& target) {
  Json object = {
      {"name", target.name},
      {"state", kReachabilityNames[static_cast<std::size_t>(target.reachability)]},
      {"authenticated", WasTried(target) ? Json(target.is_authenticated) : Json(nullptr)},
      {"token_expires_at", Time(target.token_expires_at)},
      {"certificate_verified", CertificateVerified(target)},
      {"certificate_expires_at", Time(target.certificate_expires_at)},
      {"clock_skew_seconds", Seconds(target.clock_skew)},
      {"dropped_series", target.dropped_series},
      {"login_error", Fault(target.login_error)},
      {"addresses", Array(target.addresses, AddressJson)},
      {"collectors", Array(target.collectors, CollectorJson)},
      {"expectations", Array(target.expectations, ExpectationJson)}};
  if (target.scheduler) object["scheduler"] = SchedulerJson(*target.scheduler);
  return object;
}

Json DomainJson(const ShownDomain& domain, WallTime now) {
  std::optional<Nanoseconds> age;
  if (domain.last_success_at) age = now - *domain.last_success_at;
  return {{"target", domain.target},
          {"cloud", domain.cloud},
          {"domain_id", domain.id},
          {"domain", domain.name},
          {"connection", domain.connection},
          {"status", kDomainShownNames[domain.status]},
          {"last_result", kDomainResultNames[static_cast<std::size_t>(domain.last_result)]},
          {"refresh_id", TextOrNull(domain.refresh_id)},
          {"started_at", Time(domain.started_at)},
          {"running_seconds", Seconds(domain.running_for)},
          {"last_success_at", Time(domain.last_success_at)},
          {"last_success_age_seconds", Seconds(age)},
          {"last_finished_at", Time(domain.last_finished_at)},
          {"last_duration_seconds", Seconds(domain.last_duration)},
          {"detail", domain.detail},
          {"expected", Expected(domain)}};
}

Json RefreshJson(const ShownRefresh& refresh) {
  return {{"target", refresh.target},
          {"cloud", refresh.cloud},
          {"refresh_id", refresh.id},
          {"status", RefreshStatusName(refresh.status)},
          {"unknown_status", TextOrNull(refresh.unknown_status)},
          {"started_at", Time(refresh.started_at)},
          {"finished_at", Time(refresh.finished_at)},
          {"running_seconds", Seconds(refresh.running_for)},
          {"duration_seconds", Seconds(refresh.duration)},
          {"unanswered", refresh.is_unanswered},
          {"domains", Counts(kDomainStatusNames, refresh.domain_counts)}};
}

Json ScheduleJson(const ShownSchedule& schedule) {
  return {{"target", schedule.target},
          {"cloud", schedule.cloud},
          {"schedule_id", schedule.id},
          {"schedule", schedule.name},
          {"run_at", schedule.run_at},
          {"readable", schedule.is_readable},
          {"enabled", schedule.is_enabled},
          {"missed", schedule.is_missed},
          {"next_run_at", Time(schedule.next_run_at)},
          {"last_due_at", Time(schedule.last_due_at)},
          {"last_run_at", Time(schedule.last_run_at)},
          {"last_run_status", kRunStatusNames[static_cast<std::size_t>(schedule.last_status)]},
          {"interval_seconds", Seconds(schedule.interval)}};
}

Json UnscheduledJson(const ShownUnscheduled& domain) {
  return {{"target", domain.target},
          {"cloud", domain.cloud},
          {"domain_id", domain.id},
          {"domain", domain.name}};
}

Json LinkJson(const Link& link) { return {{"name", link.name}, {"url", link.url}}; }

Json AllCounts(const StatusCounts& counts) {
  return {{"targets", Counts(kReachabilityNames, counts.targets)},
          {"domains", Counts(kDomainShownNames, counts.domains)},
          {"troubled_domains", Counts(kDomainTroubleNames, counts.troubled_domains)},
          {"refreshes", Counts(kRefreshStatusNames, counts.refreshes)}};
}

}  // namespace

std::string StatusJson(const StatusModel& model) {
  const Verdict verdict = Judge(model);
  const auto domain_json = [&](const ShownDomain& domain) {
    return DomainJson(domain, model.taken_at);
  };
  Json status = {{"version", model.version},
                 {"time", FormatRfc3339(model.taken_at)},
                 {"verdict",
                  {{"level", kLevelNames[static_cast<std::size_t>(verdict.level)]},
                   {"sentence", verdict.sentence}}},
                 {"exporter",
                  {{"configuration_loaded", model.config_ok},
                   {"configuration_loaded_at", FormatRfc3339(model.config_loaded_at)},
                   {"ledger_writable", model.ledger_writable},
                   {"ledger_write_failures", model.ledger_failures}}},
                 {"counts", AllCounts(model.counts)},
                 {"links", Array(model.links, LinkJson)},
                 {"alerts", Array(model.problems, ProblemJson)},
                 {"targets", List(model.targets, TargetJson)},
                 {"domains", List(model.domains, domain_json)},
                 {"unfinished_refreshes", List(model.unfinished, RefreshJson)},
                 {"finished_refreshes", List(model.finished, RefreshJson)}};
  if (model.reads_schedules) {
    status["schedules"] = List(model.schedules, ScheduleJson);
    status["unscheduled_domains"] = List(model.unscheduled, UnscheduledJson);
  }
  // Every text was made fit before; nothing here may throw for a byte.
  return status.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cckm
