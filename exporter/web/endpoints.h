// The paths of deploy/docs/http.md and what they answer.
//
// Thread-safety: Answer() is called by many threads at once.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "collectors/base/mutex.h"
#include "exporter/config/links.h"
#include "exporter/exposition/publisher.h"
#include "exporter/state/state_store.h"
#include "exporter/web/places.h"
#include "exporter/web/server/web_request.h"
#include "exporter/web/server/web_response.h"
#include "exporter/web/status/status_model.h"

namespace cckm {

class Endpoints {
 public:
  struct Options {
    std::string telemetry_path = {};
    std::size_t max_requests = 0;  // scrapes served at once
    // How long a scrape or a page waits where too many are served.  Longer than the server lets a
    // client stall, so that those who never read do not keep others out.
    std::chrono::milliseconds place_patience{3'000};
    std::string version = {};
    // Reads the configuration again, or says why it does not; empty: nobody may ask for it.
    std::function<tl::expected<void, std::string>()> reload = {};
    std::function<std::string()> config_text = {};  // the running configuration, without secrets
  };

  // The parts outlive this.
  Endpoints(Options options, Publisher& publisher, const StateStore& state,
            const ExporterStatus& status, const Clock& clock);

  WebResponse Answer(const WebRequest& request);

  // What the page links to from now on.
  void SetLinks(Links links);

 private:
  using Method = WebResponse (Endpoints::*)(const WebRequest& request);
  struct Route {
    std::string path;
    Method answer;
    bool is_reading;  // GET and HEAD; otherwise POST and PUT
  };

  WebResponse Metrics(const WebRequest& request);
  WebResponse Config(const WebRequest& request);
  WebResponse Healthy(const WebRequest& request);
  WebResponse Ready(const WebRequest& request);
  WebResponse Index(const WebRequest& request);
  WebResponse StatusApi(const WebRequest& request);
  WebResponse Reload(const WebRequest& request);
  StatusModel Status();

  const Options options_;
  Publisher& publisher_;
  const StateStore& state_;
  const ExporterStatus& status_;
  const Clock& clock_;
  const std::vector<Route> routes_;
  const std::string page_policy_;
  Places scrapes_;
  Places pages_;
  Mutex mutex_;
  Links links_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
