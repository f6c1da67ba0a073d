#include "exporter/web/endpoints.h"

#include <algorithm>
#include <utility>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/index_page.h"

namespace cckm {
namespace {

WebAnswer Plain(int status, std::string text) {
  return {.status = status,
          .headers = {},
          .text = std::move(text),
          .shared = {},
          .held_until_written = {}};
}

WebAnswer MethodNotAllowed(std::string_view allowed) {
  WebAnswer answer = Plain(405, "Method not allowed.\n");
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

}  // namespace

Endpoints::Endpoints(Options options, Publisher& publisher, const StateStore& state,
                     const Clock& clock)
    : options_(std::move(options)),
      publisher_(publisher),
      state_(state),
      clock_(clock),
      routes_({
          {options_.telemetry_path, &Endpoints::Metrics, true},
          {"/", &Endpoints::Index, true},
          {"/config", &Endpoints::Config, true},
          {"/-/healthy", &Endpoints::Healthy, true},
          {"/-/ready", &Endpoints::Ready, true},
          {"/-/reload", &Endpoints::Reload, false},
      }),
      scrapes_(std::make_shared<std::atomic<std::size_t>>(0)) {}

WebAnswer Endpoints::Answer(const WebRequest& request) {
  const auto route = std::ranges::find(routes_, request.path, &Route::path);
  if (route == routes_.end()) return Plain(404, "Not found.\n");
  const bool is_reading = request.method == "GET" || request.method == "HEAD";
  const bool is_writing = request.method == "POST" || request.method == "PUT";
  if (route->is_reading && !is_reading) return MethodNotAllowed("GET, HEAD");
  if (!route->is_reading && !is_writing) return MethodNotAllowed("POST, PUT");
  return (this->*route->answer)();
}

WebAnswer Endpoints::Metrics() {
  const std::shared_ptr<void> scrape(nullptr, [count = scrapes_](void*) { --*count; });
  if (++*scrapes_ > options_.max_requests) {
    return Plain(503, "Too many scrapes at once; see --web.max-requests.\n");
  }
  return {.content_type = std::string(kTextContentType),
          .headers = {},
          .text = {},
          .shared = publisher_.Text(),
          .held_until_written = scrape};
}

WebAnswer Endpoints::Config() { return Plain(200, options_.config_text()); }

WebAnswer Endpoints::Healthy() { return Plain(200, "cckm_exporter is healthy.\n"); }

WebAnswer Endpoints::Ready() {
  if (state_.EveryTargetWasPolled()) return Plain(200, "cckm_exporter is ready.\n");
  return Plain(503, "cckm_exporter is not ready: some targets were not polled yet.\n");
}

WebAnswer Endpoints::Reload() {
  if (!options_.reload) {
    return Plain(403, "The lifecycle API is not enabled; see --web.enable-lifecycle.\n");
  }
  const auto reloaded = options_.reload();
  if (reloaded) return Plain(200, "The configuration was read again.\n");
  return Plain(500,
               "The configuration is wrong, the former one stays in use:\n" + reloaded.error());
}

WebAnswer Endpoints::Index() {
  WebAnswer answer{
      .content_type = "text/html; charset=utf-8",
      .headers = {},
      .text = IndexPage(state_, options_.telemetry_path, options_.version, clock_.Now()),
      .shared = {},
      .held_until_written = {}};
  answer.headers.emplace_back("Content-Security-Policy",
                              "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                              "form-action 'none'; frame-ancestors 'none'");
  return answer;
}

}  // namespace cckm
