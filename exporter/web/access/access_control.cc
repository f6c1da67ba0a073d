#include "exporter/web/access/access_control.h"

#include <algorithm>
#include <utility>

#include "exporter/web/access/access_width.h"
#include "exporter/web/server/tls_libraries.h"

namespace cckm {
namespace {

std::vector<ConfigProblem> Problem(const std::filesystem::path& file, std::string message) {
  return {{file.string(), 0, "", std::move(message)}};
}

}  // namespace

AccessControl::AccessControl(std::filesystem::path file, const Clock& clock, Events events)
    : file_(std::move(file)),
      events_(std::move(events)),
      rate_limiter_(clock),
      basic_auth_([this](const Secret& password, const std::string& hash) {
        return bcrypt_.Matches(password, hash);
      }),
      watch_({file_}, clock) {
  auto empty = std::make_shared<WebConfig>();
  if (!file_.empty()) empty->files.push_back(file_);
  version_ = std::make_shared<const Version>(Version{std::move(empty), nullptr});
}

tl::expected<std::unique_ptr<AccessControl>, std::vector<ConfigProblem>> AccessControl::Open(
    const std::filesystem::path& file, const Clock& clock, Events events) {
  std::unique_ptr<AccessControl> access_control(new AccessControl(file, clock, std::move(events)));
  if (file.empty()) return access_control;
  access_control->watch_.Look();
  const auto loaded = access_control->LoadWatched();
  if (!loaded) return tl::make_unexpected(loaded.error());
  auto version = access_control->MakeVersion(*loaded);
  if (!version) return tl::make_unexpected(std::move(version.error()));
  if (version->tls != nullptr) {
    if (auto reason = WhyNoTls()) return tl::make_unexpected(Problem(file, std::move(*reason)));
  }
  access_control->watch_.SetUsable(true);
  access_control->Use(std::move(*version));
  return access_control;
}

std::optional<WebResponse> AccessControl::Authorize(const WebRequest& request) {
  LookAgain();
  const std::shared_ptr<const Version> version = Current();
  const WebConfig& config = *version->config;
  if (!rate_limiter_.Take(config.rate_limit)) {
    return WebResponse{
        .status = 429, .headers = {{"Retry-After", "1"}}, .text = "Too many requests.\n"};
  }
  if (config.users.empty()) return std::nullopt;
  switch (basic_auth_.Check(request.authorization, request.peer, config.users)) {
    case BasicAuth::Verdict::kWelcome:
      return std::nullopt;
    case BasicAuth::Verdict::kBusy:
      return WebResponse{.status = 503,
                         .headers = {{"Retry-After", "1"}},
                         .text = "Too many passwords are being checked.\n"};
    case BasicAuth::Verdict::kRefused:
      break;
  }
  return WebResponse{.status = 401,
                     .headers = {{"WWW-Authenticate", "Basic realm=\"cckm_exporter\""}},
                     .text = "Unauthorized.\n"};
}

HttpServerHooks AccessControl::Hooks() {
  HttpServerHooks hooks;
  hooks.headers = [this] {
    const auto version = Current();
    return std::shared_ptr<const WebHeaders>(version, &version->config->headers);
  };
  if (Current()->tls == nullptr) return hooks;
  hooks.tls = [this] {
    LookAgain();
    return Current()->tls;
  };
  return hooks;
}

std::shared_ptr<const AccessControl::Version> AccessControl::Current() {
  const MutexLock lock(mutex_);
  return version_;
}

tl::expected<AccessControl::Version, std::vector<ConfigProblem>> AccessControl::MakeVersion(
    std::shared_ptr<const WebConfig> config) const {
  Version version{std::move(config), nullptr};
  if (version.config->tls) {
    auto tls = TlsServerContext::Make(*version.config->tls);
    if (!tls) return tl::make_unexpected(Problem(file_, std::move(tls.error())));
    version.tls = std::move(*tls);
  }
  return version;
}

// Which files there are is known only when they were read.
WebConfigResult AccessControl::LoadWatched() {
  const std::vector<std::filesystem::path> known = Current()->config->files;
  auto loaded = LoadWebConfigFile(file_);
  if (!loaded || (*loaded)->files == known) return loaded;
  watch_.Watch((*loaded)->files);
  return LoadWebConfigFile(file_);
}

// One thread looks; the others go on with what there is.
void AccessControl::LookAgain() {
  if (file_.empty() || is_looking_.exchange(true)) return;
  try {
    if (watch_.Look() != FileTurn::kNothing) ReadAgain();
  } catch (const std::exception&) {  // out of memory: the next look may have some
  }
  is_looking_ = false;
}

void AccessControl::ReadAgain() {
  const auto current = Current();
  const auto loaded = LoadWatched();
  if (!loaded) return Tell(loaded.error());
  std::vector<std::string_view> waiting = WhatWaitsForARestart(*current->config, **loaded);
  auto version = MakeVersion(waiting.empty() ? *loaded
                                             : std::make_shared<const WebConfig>(
                                                   WithoutWhatWaits(*current->config, **loaded)));
  if (!version) return Tell(version.error());
  watch_.SetUsable(true);
  told_.clear();
  Use(std::move(*version));
  if (events_.on_change) events_.on_change();
  TellWhatWaits(std::move(waiting));
}

void AccessControl::Use(Version version) {
  const auto fresh = std::make_shared<const Version>(std::move(version));
  {
    const MutexLock lock(mutex_);
    version_ = fresh;
  }
  if (!events_.on_note) return;
  for (const std::string& note : fresh->config->notes) events_.on_note(note);
}

void AccessControl::Tell(const std::vector<ConfigProblem>& problems) {
  std::string reason;
  for (const ConfigProblem& problem : problems) {
    reason.append(reason.empty() ? "" : "\n").append(problem.ToString());
  }
  if (reason == told_) return;
  told_ = reason;
  if (events_.on_unusable) events_.on_unusable(reason);
}

void AccessControl::TellWhatWaits(std::vector<std::string_view> waiting) {
  for (const std::string_view what : waiting) {
    if (std::ranges::count(waiting_, what) != 0 || !events_.on_waiting) continue;
    events_.on_waiting(std::string(what) + ", which waits for a restart");
  }
  waiting_ = std::move(waiting);
}

}  // namespace cckm
