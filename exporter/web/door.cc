#include "exporter/web/door.h"

#include <utility>

#include "exporter/web/tls_libraries.h"

namespace cckm {
namespace {

constexpr Nanoseconds kLookInterval = std::chrono::seconds(1);

WebAnswer Refusal(int status, std::string text, WebHeaders headers) {
  return {.status = status,
          .headers = std::move(headers),
          .text = std::move(text),
          .shared = {},
          .held_until_written = {}};
}

std::vector<ConfigProblem> Problem(const std::filesystem::path& file, std::string message) {
  return {{file.string(), 0, "", std::move(message)}};
}

// How much a client has to prove with a certificate.
int DemandOf(const WebConfig& config) {
  if (!config.tls) return 0;
  switch (config.tls->client_auth) {
    case ClientAuth::kRequireAny:
      return 1;
    case ClientAuth::kRequireAndVerify:
      return 2;
    case ClientAuth::kNone:
    case ClientAuth::kRequest:
    case ClientAuth::kVerifyIfGiven:
      break;
  }
  return 0;
}

// A file that is empty, or ends early, because it is being written right now must not open the
// door: what locks it is taken away by a start only.
std::optional<std::string_view> ChangeThatTakesARestart(const WebConfig& now,
                                                        const WebConfig& next) {
  if (now.tls.has_value() != next.tls.has_value()) return "turns TLS on or off";
  if (!now.users.empty() && next.users.empty()) return "asks for no password any more";
  if (DemandOf(next) < DemandOf(now)) return "asks less of client certificates";
  return std::nullopt;
}

}  // namespace

Door::Door(std::filesystem::path file, const Clock& clock, Events events)
    : file_(std::move(file)),
      clock_(clock),
      events_(std::move(events)),
      rate_limiter_(clock),
      basic_auth_([this](const Secret& password, const std::string& hash) {
        return bcrypt_.Matches(password, hash);
      }),
      next_look_(clock.SteadyNow() + kLookInterval) {
  auto empty = std::make_shared<WebConfig>();
  if (!file_.empty()) empty->files.push_back(file_);
  version_ = std::make_shared<const Version>(Version{std::move(empty), nullptr});
}

tl::expected<std::unique_ptr<Door>, std::vector<ConfigProblem>> Door::Open(
    const std::filesystem::path& file, const Clock& clock, Events events) {
  std::unique_ptr<Door> door(new Door(file, clock, std::move(events)));
  if (file.empty()) return door;
  auto loaded = door->LoadWatched();
  if (!loaded) return tl::make_unexpected(std::move(loaded.error()));
  if (loaded->tls != nullptr) {
    if (auto reason = WhyNoTls()) return tl::make_unexpected(Problem(file, std::move(*reason)));
  }
  door->Use(std::move(*loaded));
  return door;
}

std::optional<WebAnswer> Door::Admit(const WebRequest& request) {
  LookAgain();
  const std::shared_ptr<const Version> version = Current();
  const WebConfig& config = *version->config;
  if (!rate_limiter_.Take(config.rate_limit)) {
    return Refusal(429, "Too many requests.\n", {{"Retry-After", "1"}});
  }
  if (config.users.empty()) return std::nullopt;
  switch (basic_auth_.Check(request.authorization, request.peer, config.users)) {
    case BasicAuth::Verdict::kWelcome:
      return std::nullopt;
    case BasicAuth::Verdict::kBusy:
      return Refusal(503, "Too many passwords are being checked.\n", {{"Retry-After", "1"}});
    case BasicAuth::Verdict::kRefused:
      break;
  }
  return Refusal(401, "Unauthorized.\n", {{"WWW-Authenticate", "Basic realm=\"cckm_exporter\""}});
}

HttpServerHooks Door::Hooks() {
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

std::shared_ptr<const Door::Version> Door::Current() {
  const MutexLock lock(mutex_);
  return version_;
}

tl::expected<Door::Version, std::vector<ConfigProblem>> Door::Load() const {
  const auto config = LoadWebConfigFile(file_);
  if (!config) return tl::make_unexpected(config.error());
  Version version{*config, nullptr};
  if ((*config)->tls) {
    auto tls = TlsServerContext::Make(*(*config)->tls);
    if (!tls) return tl::make_unexpected(Problem(file_, std::move(tls.error())));
    version.tls = std::move(*tls);
  }
  return version;
}

// The identities are taken before the contents, so that a change between is seen next time.  Which
// files there are is known only when they were read.
tl::expected<Door::Version, std::vector<ConfigProblem>> Door::LoadWatched() {
  const std::vector<std::filesystem::path> known = Current()->config->files;
  identities_ = IdentitiesOf(known);
  auto loaded = Load();
  if (!loaded || loaded->config->files == known) return loaded;
  identities_ = IdentitiesOf(loaded->config->files);
  return Load();
}

Door::Identities Door::IdentitiesOf(const std::vector<std::filesystem::path>& files) {
  Identities identities;
  for (const std::filesystem::path& file : files) identities.push_back(IdentityOf(file));
  return identities;
}

// One thread looks, at most once a second; the others go on with what there is.
void Door::LookAgain() {
  const SteadyTime now = clock_.SteadyNow();
  if (file_.empty() || now < next_look_.load() || is_looking_.exchange(true)) return;
  try {
    if (now >= next_look_.load()) Look();
  } catch (const std::exception&) {  // out of memory: the next look may have some
  }
  next_look_ = now + kLookInterval;
  is_looking_ = false;
}

// What could not be used is read again: it may be the reading that failed.
void Door::Look() {
  const auto current = Current();
  if (!is_outdated_ && IdentitiesOf(current->config->files) == identities_) return;
  auto loaded = LoadWatched();
  if (const auto change =
          loaded ? ChangeThatTakesARestart(*current->config, *loaded->config) : std::nullopt) {
    loaded = tl::make_unexpected(Problem(
        file_, std::string(*change) + ", which takes a restart; nothing else of it is used"));
  }
  is_outdated_ = !loaded;
  if (!loaded) return Tell(loaded.error());
  told_.clear();
  Use(std::move(*loaded));
  if (events_.on_change) events_.on_change();
}

void Door::Use(Version version) {
  const auto fresh = std::make_shared<const Version>(std::move(version));
  {
    const MutexLock lock(mutex_);
    version_ = fresh;
  }
  if (!events_.on_note) return;
  for (const std::string& note : fresh->config->notes) events_.on_note(note);
}

void Door::Tell(const std::vector<ConfigProblem>& problems) {
  std::string reason;
  for (const ConfigProblem& problem : problems) {
    reason.append(reason.empty() ? "" : "\n").append(problem.ToString());
  }
  if (reason == told_) return;
  told_ = reason;
  if (events_.on_unusable) events_.on_unusable(reason);
}

}  // namespace cckm
