#include "exporter/web/status/status_page.h"

#include "collectors/base/text.h"
#include "exporter/web/status/format.h"
#include "exporter/web/status/html.h"
#include "exporter/web/status/page_files.h"
#include "exporter/web/status/status_problems.h"
#include "exporter/web/status/status_schedules.h"
#include "exporter/web/status/status_tables.h"

namespace cckm {
namespace {

void AppendHead(std::string& html, const Verdict& verdict) {
  Append(html,
         "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<title>{} \xE2\x80\x93 cckm_exporter</title>\n<link rel=\"icon\" href=\"data:,\">\n"
         "<style>{}</style>\n</head>\n",
         EscapeHtml(verdict.sentence), kPageStyle);
}

// Its links are relative to the page, so that it works behind a prefix.
void AppendBanner(std::string& html, const StatusModel& model, std::string_view telemetry_path) {
  Append(html,
         "<body>\n<a class=\"skip\" href=\"#main\">Skip to the status</a>\n"
         "<header>\n<p class=\"brand\">cckm_exporter <small>{}</small></p>\n"
         "<nav aria-label=\"Of this exporter\"><ul><li><a href=\".{}\">Metrics</a></li>"
         "<li><a href=\"./api/v1/status\">JSON</a></li>"
         "<li><a href=\"./config\">Configuration</a></li>"
         "<li><a href=\"./-/ready\">Ready</a></li><li><a href=\"./-/healthy\">Healthy</a></li>",
         EscapeHtml(model.version), EscapeHtml(telemetry_path));
  for (const Link& link : model.links) {
    if (!IsForDomains(link)) Append(html, "<li>{}</li>", LinkHtml(link.name, link.url));
  }
  html +=
      "</ul></nav>\n</header>\n<main id=\"main\" tabindex=\"-1\">\n"
      "<p id=\"connection\" role=\"alert\"></p>\n<p id=\"news\" class=\"unseen\" "
      "role=\"status\"></p>\n";
}

void AppendTile(std::string& html, std::string_view mark, std::string_view label,
                std::size_t number) {
  Append(html, "<div class=\"{}\"><dt><span class=\"mark {}\">{}</span></dt><dd>{}</dd></div>\n",
         number == 0 ? "zero" : "some", mark, label, Grouped(number));
}

void AppendTiles(std::string& html, const StatusModel& model) {
  const StatusCounts& counts = model.counts;
  html += "<dl class=\"tiles\">\n";
  AppendTile(html, "failed", "Failed", counts.Of(DomainTrouble::kFailed));
  AppendTile(html, "unknown", "Unknown", counts.Of(DomainTrouble::kUnknown));
  AppendTile(html, "cancelled", "Cancelled", counts.Of(DomainTrouble::kCancelled));
  AppendTile(html, "never", "Never refreshed", counts.Of(DomainTrouble::kNever));
  if (const std::size_t late = counts.Of(DomainTrouble::kLate); late != 0) {
    AppendTile(html, "late", "Late", late);
  }
  AppendTile(html, "completed", "In order", counts.Of(DomainTrouble::kNone));
  AppendTile(html, "in_progress", "Refreshes running", counts.Of(RefreshStatus::kInProgress));
  html += "</dl>\n";
}

// A number stays on one line with what it counts.
void AppendHeadline(std::string& html, std::string_view sentence) {
  constexpr std::string_view kUnbreakableSpace = "\xC2\xA0";
  bool after_digit = false;
  for (const char c : sentence) {
    AppendHtml(html, after_digit && c == ' ' ? kUnbreakableSpace : std::string_view(&c, 1));
    after_digit = IsDigit(c);
  }
}

void AppendVerdict(std::string& html, const StatusModel& model, const Verdict& verdict) {
  Append(html,
         "<section id=\"verdict\" class=\"{}\" data-live aria-labelledby=\"sentence\">\n"
         "<h1 id=\"sentence\">",
         kLevelNames[static_cast<std::size_t>(verdict.level)]);
  AppendHeadline(html, verdict.sentence);
  Append(html, "</h1>\n<p class=\"caption\">As of <time datetime=\"{}\">{}</time>.</p>\n",
         ToTheSecond(model.taken_at), FormatTime(model.taken_at));
  AppendTiles(html, model);
  html += "</section>\n";
}

void AppendSubjects(std::string& html, const Problem& problem) {
  html += "<ul>\n";
  for (const ProblemSubject& subject : problem.subjects.rows) {
    const std::string name = problem.subjects.total > 1 ? NameAsHtml(subject) : "";
    const std::string note = subject.note.empty() ? "" : EscapeForeign(subject.note);
    Append(html, "<li>{}{}{}</li>\n", name, name.empty() || note.empty() ? "" : ": ", note);
  }
  if (problem.subjects.left_out() != 0) {
    Append(html, "<li>and {} more</li>\n", Grouped(problem.subjects.left_out()));
  }
  html += "</ul>\n";
}

void AppendProblem(std::string& html, const Problem& problem) {
  Append(html, "<li class=\"{}\"><strong>{}.</strong>\n",
         kLevelNames[static_cast<std::size_t>(LevelOf(problem.kind))], SentenceAsHtml(problem));
  const auto& subjects = problem.subjects;
  if (subjects.total > 1 || (subjects.total == 1 && !subjects.rows.front().note.empty())) {
    AppendSubjects(html, problem);
  }
  Append(html, "<em>What to do:</em> {}.</li>\n", EscapeHtml(AdviceFor(problem.kind)));
}

void AppendProblems(std::string& html, const StatusModel& model) {
  if (model.problems.empty()) {
    html += "<div id=\"alerts\" data-live></div>\n";
    return;
  }
  html +=
      "<section id=\"alerts\" data-live aria-labelledby=\"alerts-heading\">\n"
      "<h2 id=\"alerts-heading\">Needs attention</h2>\n<ul>\n";
  for (const Problem& problem : model.problems) AppendProblem(html, problem);
  html += "</ul>\n</section>\n";
}

// Shown by the script, of no use without it.
constexpr std::string_view kFilter =
    R"(<div id="filter" role="search" aria-label="Of domains and refreshes" hidden>
<label for="text">Filter domains and refreshes</label>
<input id="text" type="search" autocomplete="off" spellcheck="false">
<label for="state">Status</label>
<select id="state">
<option value="">any</option>
<option value="failed">failed</option>
<option value="partial">partial</option>
<option value="unknown">unknown</option>
<option value="not_found">not found</option>
<option value="cancelled">cancelled</option>
<option value="never">never</option>
<option value="late">late</option>
<option value="in_progress">in progress</option>
<option value="completed">completed</option>
</select>
<output id="matches" for="text state"></output>
</div>
)";

}  // namespace

std::string StatusPage(const StatusModel& model, std::string_view telemetry_path) {
  constexpr std::size_t kUsualRowBytes = 900;
  const Verdict verdict = Judge(model);
  std::string html;
  html.reserve(32'768 +
               kUsualRowBytes * (model.domains.rows.size() + model.targets.rows.size() +
                                 model.unfinished.rows.size() + model.finished.rows.size()));
  AppendHead(html, verdict);
  AppendBanner(html, model, telemetry_path);
  AppendVerdict(html, model, verdict);
  html += "<div class=\"side\">\n";
  AppendProblems(html, model);
  AppendTargets(html, model);
  html.append("</div>\n<div class=\"lists\">\n").append(kFilter);
  AppendDomains(html, model);
  AppendRefreshes(html, model);
  AppendSchedules(html, model);
  html +=
      "</div>\n</main>\n<footer><p>Times are UTC. Ages go by the clock of this "
      "host.</p></footer>\n";
  html.append("<script>").append(kPageScript).append("</script>\n</body>\n</html>\n");
  return html;
}

}  // namespace cckm
