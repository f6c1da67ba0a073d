#include "exporter/web/endpoints.h"

#include <algorithm>
#include <utility>

#include "exporter/config/web_paths.h"
#include "exporter/web/negotiation.h"
#include "exporter/web/origin.h"
#include "exporter/web/status/page_policy.h"
#include "exporter/web/status/status_json.h"
#include "exporter/web/status/status_page.h"
#include "exporter/web/status/status_snapshot.h"

namespace cckm {
namespace {

WebResponse Plain(int status, std::string text) {
  return {.status = status, .text = std::move(text)};
}

// A page is made anew for each reader and kept until that has read it.
constexpr std::size_t kMaxPages = 16;
constexpr const char* kTooManyPages = "Too many pages at once.\n";

WebResponse MethodNotAllowed(std::string allowed) {
  return {
      .status = 405, .headers = {{"Allow", std::move(allowed)}}, .text = "Method not allowed.\n"};
}

}  // namespace

Endpoints::Endpoints(Options options, Publisher& publisher, const StateStore& state,
                     const ExporterStatus& status, const Clock& clock)
    : options_(std::move(options)),
      publisher_(publisher),
      state_(state),
      status_(status),
      clock_(clock),
      routes_({
          {options_.telemetry_path, &Endpoints::Metrics, true},
          {std::string(kIndexPath), &Endpoints::Index, true},
          {std::string(kStatusApiPath), &Endpoints::StatusApi, true},
          {std::string(kConfigPath), &Endpoints::Config, true},
          {std::string(kHealthyPath), &Endpoints::Healthy, true},
          {std::string(kReadyPath), &Endpoints::Ready, true},
          {std::string(kReloadPath), &Endpoints::Reload, false},
      }),
      page_policy_(PagePolicy()),
      scrapes_(options_.max_requests, options_.place_patience),
      pages_(kMaxPages, options_.place_patience) {}

WebResponse Endpoints::Answer(const WebRequest& request) {
  const auto route = std::ranges::find(routes_, request.path, &Route::path);
  if (route == routes_.end()) return Plain(404, "Not found.\n");
  const bool is_reading = request.method == "GET" || request.method == "HEAD";
  const bool is_writing = request.method == "POST" || request.method == "PUT";
  if (route->is_reading && !is_reading) return MethodNotAllowed("GET, HEAD");
  if (!route->is_reading && !is_writing) return MethodNotAllowed("POST, PUT");
  return (this->*route->answer)(request);
}

WebResponse Endpoints::Metrics(const WebRequest& request) {
  const auto scrape = scrapes_.Take();
  if (!scrape) {
    return Plain(503, "Too many scrapes at once; see --web.max-requests.\n");
  }
  const ChosenFormat format = ChooseFormat(request.accept);
  const BodyKind kind = {format.format, ChooseEncoding(request.accept_encoding)};
  WebResponse answer{.content_type = std::string(format.content_type),
                     .headers = {{"Vary", "Accept, Accept-Encoding"}},
                     .shared = publisher_.BodyOf(kind),
                     .held_until_written = *scrape};
  if (kind.encoding == Encoding::kGzip) answer.headers.emplace_back("Content-Encoding", "gzip");
  return answer;
}

WebResponse Endpoints::Config(const WebRequest& /*request*/) {
  return Plain(200, options_.config_text());
}

WebResponse Endpoints::Healthy(const WebRequest& /*request*/) {
  return Plain(200, "cckm_exporter is healthy.\n");
}

WebResponse Endpoints::Ready(const WebRequest& /*request*/) {
  const auto polled = state_.EveryTargetWasPolledInUpdate();
  if (!polled) return Plain(503, "cckm_exporter is not ready: some targets were not polled yet.\n");
  if (publisher_.ShowsUpdate(*polled)) return Plain(200, "cckm_exporter is ready.\n");
  return Plain(503, "cckm_exporter is not ready: the first polls are not published yet.\n");
}

WebResponse Endpoints::Reload(const WebRequest& request) {
  if (!options_.reload) {
    return Plain(403, "The lifecycle API is not enabled; see --web.enable-lifecycle.\n");
  }
  if (IsOfAnotherOrigin(request)) {
    return Plain(403, "A page of another origin may not ask for a reload.\n");
  }
  const auto reloaded = options_.reload();
  if (reloaded) return Plain(200, "The configuration was read again.\n");
  return Plain(
      500, "The configuration is wrong, the former one stays in use:\n" + reloaded.error() + "\n");
}

WebResponse Endpoints::Index(const WebRequest& /*request*/) {
  const auto place = pages_.Take();
  if (!place) return Plain(503, kTooManyPages);
  return {.content_type = "text/html; charset=utf-8",
          .headers = {{"Content-Security-Policy", page_policy_}},
          .text = StatusPage(Status(), options_.telemetry_path),
          .held_until_written = *place};
}

WebResponse Endpoints::StatusApi(const WebRequest& /*request*/) {
  const auto place = pages_.Take();
  if (!place) return Plain(503, kTooManyPages);
  return {.content_type = "application/json",
          .text = StatusJson(Status()),
          .held_until_written = *place};
}

void Endpoints::SetLinks(Links links) {
  const MutexLock lock(mutex_);
  links_ = std::move(links);
}

StatusModel Endpoints::Status() {
  StatusSources sources{.state = state_, .status = status_, .version = options_.version};
  {
    const MutexLock lock(mutex_);
    sources.links = links_;
  }
  return TakeStatusSnapshot(sources, publisher_.DroppedSeries(), clock_.Now());
}

}  // namespace cckm
