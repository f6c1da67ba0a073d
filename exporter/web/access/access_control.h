// Access control: decides before any handler whether a request is served.
//
// Holds what `--web.config.file` says, reads it again when it or a file that it names changes, and
// decides by it who may come in, how TLS is spoken and which headers answers carry.  What cannot be
// used leaves everything as it was, so that no mistake lets anybody in; what would ask less of
// clients waits for a start (access_width.h), and the rest is used.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "collectors/base/clock.h"
#include "collectors/base/file_watch.h"
#include "collectors/base/mutex.h"
#include "exporter/config/web/web_config_file.h"
#include "exporter/web/access/basic_auth.h"
#include "exporter/web/access/bcrypt.h"
#include "exporter/web/access/rate_limiter.h"
#include "exporter/web/server/http_server.h"
#include "exporter/web/server/tls_server_context.h"
#include "exporter/web/server/web_request.h"
#include "exporter/web/server/web_response.h"

namespace cckm {

class AccessControl {
 public:
  // Told by the thread that found out.  Each may be empty.
  struct Events {
    // The file was changed into something that cannot be used; the former one stays.  Told once
    // for each reason until the file can be used again.
    std::function<void(const std::string& reason)> on_unusable = {};
    std::function<void()> on_change = {};  // a changed file is used from now on
    // A part of the changed file waits for a restart.  Told once for each part until it is gone.
    std::function<void(const std::string& what)> on_waiting = {};
    // Something in the file has no effect.
    std::function<void(const std::string& note)> on_note = {};
  };

  // Reads the file, none if the path is empty: then everybody may come in, without TLS.  Fails with
  // all problems if it cannot be used, or if it asks for TLS and TLS cannot work.
  // `clock` outlives this.
  static tl::expected<std::unique_ptr<AccessControl>, std::vector<ConfigProblem>> Open(
      const std::filesystem::path& file, const Clock& clock, Events events);

  // Nothing if the request may come in, or else what it is answered: 401, 429 or 503.
  std::optional<WebResponse> Authorize(const WebRequest& request);

  // What an HttpServer needs to serve behind this access control, which outlives it.
  HttpServerHooks Hooks();

 private:
  // One version of the file.
  struct Version {
    std::shared_ptr<const WebConfig> config;
    std::shared_ptr<const TlsServerContext> tls;  // null without TLS
  };

  AccessControl(std::filesystem::path file, const Clock& clock, Events events);

  std::shared_ptr<const Version> Current();
  WebConfigResult LoadWatched();
  tl::expected<Version, std::vector<ConfigProblem>> MakeVersion(
      std::shared_ptr<const WebConfig> config) const;
  void LookAgain();
  void ReadAgain();
  void Use(Version version);
  void Tell(const std::vector<ConfigProblem>& problems);
  void TellWhatWaits(std::vector<std::string_view> waiting);

  const std::filesystem::path file_;
  const Events events_;
  RateLimiter rate_limiter_;
  Bcrypt bcrypt_;  // used by one thread at a time: basic_auth_ sees to it
  BasicAuth basic_auth_;

  // Who sets it looks at the files.
  std::atomic<bool> is_looking_ = false;

  // Of the thread that looks.
  FileWatch watch_;
  std::string told_;                       // the last reason that on_unusable was told
  std::vector<std::string_view> waiting_;  // what on_waiting was told

  Mutex mutex_;
  std::shared_ptr<const Version> version_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
