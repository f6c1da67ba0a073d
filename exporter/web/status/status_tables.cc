#include "exporter/web/status/status_tables.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "collectors/base/error_advice.h"
#include "exporter/web/status/format.h"
#include "exporter/web/status/status_cells.h"
#include "exporter/web/status/status_expectations.h"
#include "exporter/web/status/status_problems.h"
#include "exporter/web/status/status_schedules.h"

namespace cckm {
namespace {

void AppendDomainCell(std::string& html, const ShownDomain& domain, const Links& links) {
  html += "<th scope=\"row\">";
  AppendNames(html, domain.name, domain.id);
  for (const Link& link : links) {
    if (!IsForDomains(link)) continue;
    const std::string url = FilledUrl(link, {domain.target, domain.cloud, domain.id});
    if (!url.empty()) Append(html, " <small>{}</small>", LinkHtml(link.name, url));
  }
  html += "</th>";
}

void AppendRow(std::string& html, const ShownDomain& domain, const StatusModel& model,
               bool with_expected) {
  const std::string_view status = kDomainShownNames[domain.status];
  const std::string_view result = kDomainResultNames[static_cast<std::size_t>(domain.last_result)];
  Append(html, "<tr data-states=\"{} {}{}\">", status, result, domain.is_late ? " late" : "");
  AppendMarkCell(html, status);
  AppendDomainCell(html, domain, model.links);
  AppendPlaceCell(html, domain.target, domain.cloud);
  const bool has_result = domain.last_result != DomainResult::kNone;
  has_result ? AppendMarkCell(html, result) : AppendNothing(html);
  AppendTimeCell(html, domain.last_success_at, model.taken_at);
  if (with_expected) AppendExpectedCell(html, domain);
  AppendLengthCell(html, domain.last_duration);
  AppendLengthCell(html, domain.running_for);
  AppendTextCell(html, domain.detail);
  html += "</tr>\n";
}

// "12, 1 failed": how many, and what became of them but for the completed.
std::string DomainsOf(const ShownRefresh& refresh) {
  std::string text = Grouped(refresh.domains);
  for (std::size_t i = 0; i < kDomainStatusNames.size(); ++i) {
    if (refresh.domain_counts[i] == 0) continue;
    text += fmt::format("{}{} {}", text.find(':') == std::string::npos ? ": " : ", ",
                        Grouped(refresh.domain_counts[i]), Spaced(kDomainStatusNames[i]));
  }
  return text;
}

void AppendRow(std::string& html, const ShownRefresh& refresh, WallTime now) {
  const bool is_finished = IsFinished(refresh.status);
  Append(html, "<tr data-states=\"{}\">", RefreshStatusName(refresh.status));
  AppendMarkCell(html, RefreshStatusName(refresh.status), refresh.unknown_status);
  AppendNameCell(html, {}, refresh.id);
  AppendPlaceCell(html, refresh.target, refresh.cloud);
  AppendTimeCell(html, is_finished ? refresh.finished_at : refresh.started_at, now);
  AppendLengthCell(html, is_finished ? refresh.duration : refresh.running_for);
  Append(html, "<td>{}{}</td></tr>\n", DomainsOf(refresh),
         refresh.is_unanswered ? " <small>no usable answer to the latest request</small>" : "");
}

constexpr std::array<std::string_view, 8> kDomainColumns = {
    "Status",       "Domain",        "Target",      "Last result",
    "Last success", "Last duration", "Running for", "What the appliance says"};
constexpr std::ptrdiff_t kExpectedColumn = 5;  // where something is expected

std::vector<std::string_view> DomainColumns(bool with_expected) {
  std::vector<std::string_view> columns(kDomainColumns.begin(), kDomainColumns.end());
  if (with_expected) columns.insert(columns.begin() + kExpectedColumn, "Expected");
  return columns;
}

constexpr std::array<std::string_view, 6> kUnfinishedColumns = {
    "Status", "Refresh", "Target", "Started", "Running for", "Domains"};
constexpr std::array<std::string_view, 6> kFinishedColumns = {"Status",   "Refresh",  "Target",
                                                              "Finished", "Duration", "Domains"};

// --- Targets ---

void AppendFact(std::string& html, std::string_view term, std::string_view text) {
  Append(html, "<div><dt>{}</dt><dd>{}</dd></div>\n", term, EscapeHtml(text));
}

std::string Expiry(const std::optional<WallTime>& time, WallTime now) {
  if (!time) return "end not known";
  return fmt::format("{} {}, {}", *time > now ? "ends" : "ended", FormatDistance(*time, now),
                     FormatTime(*time));
}

std::string SkewOf(const std::optional<Nanoseconds>& skew) {
  if (!skew) return "not known";
  if (std::chrono::abs(*skew) < std::chrono::seconds(2)) return "same as ours";
  return fmt::format("{} {}", FormatApproximateDuration(std::chrono::abs(*skew)),
                     *skew < Nanoseconds(0) ? "behind ours" : "ahead of ours");
}

std::string TokenOf(const ShownTarget& target, WallTime now) {
  if (target.is_authenticated) return "held, " + Expiry(target.token_expires_at, now);
  return WasTried(target) ? "none that is valid" : "not tried yet";
}

std::string CertificateOf(const ShownTarget& target, WallTime now) {
  constexpr std::array<std::string_view, 4> kWords = {"", "verified", "TLS failed", "not verified"};
  const CertificateState state = CertificateOf(target);
  if (state == CertificateState::kNotSeen) return "none seen yet";
  return fmt::format(
      "{}, {}", kWords[static_cast<std::size_t>(state)],
      target.certificate_expires_at ? Expiry(target.certificate_expires_at, now) : "none seen");
}

void AppendAddress(std::string& html, const ShownAddress& address) {
  Append(html, "<div><dt>Address</dt><dd>{}, {}{}</dd></div>\n", EscapeForeign(address.url),
         address.is_in_use ? "in use, " : "",
         !address.is_up   ? "not asked yet"
         : *address.is_up ? "answered last time"
                          : "gave no answer last time");
}

void AppendFacts(std::string& html, const ShownTarget& target, WallTime now) {
  html += "<dl>\n";
  for (const ShownAddress& address : target.addresses) AppendAddress(html, address);
  AppendFact(html, "Token", TokenOf(target, now));
  AppendFact(html, "Certificate", CertificateOf(target, now));
  AppendFact(html, "Clock", SkewOf(target.clock_skew));
  if (target.dropped_series != 0) {
    AppendFact(html, "Left out by max_series", CountOf(target.dropped_series, "series", "series"));
  }
  if (target.scheduler) AppendFact(html, "Scheduler", SummaryOf(*target.scheduler));
  html += "</dl>\n";
}

void AppendRow(std::string& html, const ShownCollector& collector, WallTime now) {
  Append(html, "<tr><th scope=\"row\">{}</th>", collector.cloud);
  AppendMarkCell(html, kReachabilityNames[static_cast<std::size_t>(collector.reachability)]);
  AppendTimeCell(html, collector.last_poll_at, now);
  AppendTimeCell(html, collector.last_success_at, now);
  const auto remark = [](std::size_t count, std::string_view what) {
    return count == 0 ? "" : fmt::format(" <small>{} {}</small>", Grouped(count), what);
  };
  Append(html, "<td>{}{}{}</td><td>{}{}{}</td></tr>\n", Grouped(collector.refreshes),
         remark(collector.unanswered, "unanswered"),
         remark(collector.unreadable_id_files, "files of IDs unreadable"),
         Grouped(collector.domains),
         remark(collector.unlisted_domains, "not in the list of domains"),
         remark(collector.dropped_domains, "left out by max_domains"));
}

void AppendError(std::string& html, std::string_view where, const std::optional<ShownError>& error,
                 std::string_view (*advice)(ErrorKind) = AdviceFor) {
  if (!error) return;
  Append(html, "<li><strong class=\"word\">{}:</strong> {}. <em>What to do:</em> {}.</li>\n", where,
         EscapeForeign(error->message), advice(error->kind));
}

void AppendErrors(std::string& html, const ShownTarget& target) {
  std::string errors;
  AppendError(errors, "login", target.login_error);
  if (target.scheduler) {
    AppendError(errors, "scheduler", target.scheduler->last_error, SchedulerAdviceFor);
  }
  for (const ShownCollector& collector : target.collectors) {
    AppendError(errors, collector.cloud, collector.last_error);
  }
  if (!errors.empty()) html.append("<ul class=\"errors\">\n").append(errors).append("</ul>\n");
}

constexpr std::array<std::string_view, 6> kCollectorColumns = {
    "Cloud", "State", "Last poll", "Last success", "Refreshes", "Domains"};

void AppendTarget(std::string& html, const ShownTarget& target, WallTime now) {
  Append(html, "<article>\n<h3>{} ", EscapeForeign(target.name));
  AppendMark(html, kReachabilityNames[static_cast<std::size_t>(target.reachability)]);
  html += "</h3>\n";
  AppendFacts(html, target, now);
  BeginTableOf(html, target, "Collectors", kCollectorColumns);
  for (const ShownCollector& collector : target.collectors) AppendRow(html, collector, now);
  html += "</tbody>\n</table>\n";
  AppendExpectations(html, target);
  AppendErrors(html, target);
  html += "</article>\n";
}

}  // namespace

std::string LinkHtml(std::string_view name, std::string_view url) {
  return fmt::format("<a rel=\"noreferrer\" href=\"{}\">{}</a>", EscapeHtml(url),
                     EscapeForeign(name));
}

void AppendTargets(std::string& html, const StatusModel& model) {
  constexpr ListText kText = {.id = "targets",
                              .heading = "Targets",
                              .if_empty = "No target is configured.",
                              .singular = "CipherTrust Manager",
                              .plural = "CipherTrust Managers",
                              .order = "those in trouble first"};
  if (model.targets.rows.empty()) return AppendEmpty(html, kText);
  Append(html,
         "<section id=\"targets\" data-live aria-labelledby=\"targets-heading\">\n"
         "<h2 id=\"targets-heading\">Targets</h2>\n<p class=\"caption\">{}</p>\n"
         "<div class=\"cards\">\n",
         CaptionOf(kText, model.targets.rows.size(), model.targets.total));
  for (const ShownTarget& target : model.targets.rows) AppendTarget(html, target, model.taken_at);
  html += "</div>\n</section>\n";
}

void AppendDomains(std::string& html, const StatusModel& model) {
  constexpr ListText kText = {.id = "domains",
                              .heading = "Domains",
                              .if_empty = "No refresh has named a domain yet.",
                              .singular = "domain",
                              .plural = "domains",
                              .order = "trouble first, then the longest without a success"};
  const bool with_expected = SomeIsExpected(model);
  AppendList(html, kText, DomainColumns(with_expected), model.domains,
             [&](const ShownDomain& domain) { AppendRow(html, domain, model, with_expected); });
}

void AppendRefreshes(std::string& html, const StatusModel& model) {
  constexpr ListText kUnfinished = {
      .id = "unfinished",
      .heading = "Refreshes in progress",
      .if_empty = "No refresh is in progress.",
      .singular = "refresh",
      .plural = "refreshes",
      .order = "those not found or unknown first, then the longest running"};
  constexpr ListText kFinished = {.id = "finished",
                                  .heading = "Finished refreshes",
                                  .if_empty = "No refresh has finished yet.",
                                  .singular = "refresh",
                                  .plural = "refreshes",
                                  .order = "the latest first"};
  const auto append_row = [&](const ShownRefresh& refresh) {
    AppendRow(html, refresh, model.taken_at);
  };
  AppendList(html, kUnfinished, kUnfinishedColumns, model.unfinished, append_row);
  AppendList(html, kFinished, kFinishedColumns, model.finished, append_row);
}

}  // namespace cckm
