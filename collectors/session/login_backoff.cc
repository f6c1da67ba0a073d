#include "collectors/session/login_backoff.h"

#include <algorithm>
#include <sstream>

#include "collectors/base/replace_file.h"
#include "collectors/base/text.h"
#include "collectors/base/whole_file.h"
#include "collectors/session/credential_digest.h"

namespace cckm {
namespace {

constexpr std::chrono::minutes kFirstWait(5);
constexpr std::chrono::minutes kMaxWait(60);
constexpr std::size_t kMaxCredentials = 16;  // of an account that are remembered

// In place of the digest of a file that could not be read.
constexpr std::string_view kUnknown = "none";

constexpr std::string_view kHeading =
    "# Logins that CipherTrust Manager rejected: how often, not to be tried before (Unix time), "
    "account, a digest of the credential, and the domain.\n";

// Before the domain, which is the last field of a line.
constexpr std::string_view kDomainField = "domain=";

constexpr int kMaxCounted = 1'000'000;  // whatever a file says

Nanoseconds WaitAfter(int rejections) {
  constexpr int kDoublingsToLongest = 4;
  return std::min<Nanoseconds>(kMaxWait,
                               kFirstWait * (1 << std::min(rejections - 1, kDoublingsToLongest)));
}

// Text without white space, so that fields of a line can be told apart.
std::string Encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code > 0x20 && code != '%' && code != 0x7F) {
      encoded += c;
    } else {
      encoded.append("%").append(Hex(code, kUpperHexDigits));
    }
  }
  return encoded.empty() ? "%" : encoded;
}

std::vector<std::string> NamesOf(const LoginAccount& account) {
  std::vector<std::string> names = {account.name};
  names.insert(names.end(), account.other_names.begin(), account.other_names.end());
  return names;
}

bool IsDigest(std::string_view text) {
  return text.size() == 6 && text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

}  // namespace

LoginBackoff::LoginBackoff(std::filesystem::path file, const Clock& clock,
                           ErrorReporter on_unwritable)
    : file_(std::move(file)), clock_(clock), on_unwritable_(std::move(on_unwritable)) {
  const MutexLock lock(mutex_);
  if (!file_.empty()) Load();
}

// What was rejected without being read counts as what was rejected last.
std::string LoginBackoff::KeyOf(const std::string& digest, const Rejections& rejections) {
  if (digest != kUnknown || rejections.empty()) return digest;
  return std::ranges::max_element(rejections, {},
                                  [](const auto& entry) { return entry.second.held_until; })
      ->first;
}

LoginBackoff::Answer LoginBackoff::Begin(const LoginAccount& account) {
  const MutexLock lock(mutex_);
  std::map<std::string, std::string> digests;
  const Rejection* holding = nullptr;
  for (const std::string& raw_name : NamesOf(account)) {
    const std::string name = Encode(raw_name);
    if (under_way_.contains(name)) return {.permission = Permission::kBusy};
    const std::string& digest = DigestOf(raw_name, account.credential_file);
    NoteFirstReading(name, digest);
    digests[name] = digest;
    const Rejection* const rejection = Holding(name, digest);
    if (rejection == nullptr) continue;
    if (holding == nullptr || holding->held_until < rejection->held_until) holding = rejection;
  }
  if (holding != nullptr) {
    return {.permission = Permission::kRejected,
            .not_before = holding->not_before,
            .domain = holding->domain};
  }
  under_way_.merge(digests);
  return {};
}

// What cannot be read may be any of the credentials that were rejected.
const LoginBackoff::Rejection* LoginBackoff::Holding(const std::string& name,
                                                     const std::string& digest) const {
  const auto found = rejections_.find(name);
  if (found == rejections_.end()) return nullptr;
  const SteadyTime now = clock_.SteadyNow();
  const Rejection* holding = nullptr;
  for (const auto& [rejected, rejection] : found->second) {
    const bool is_meant = digest == rejected || digest == kUnknown;
    if (!is_meant || rejection.held_until <= now) continue;
    if (holding == nullptr || holding->held_until < rejection.held_until) holding = &rejection;
  }
  return holding;
}

// A file that is read for the first time may hold the same credential as the one rejected unread.
void LoginBackoff::NoteFirstReading(const std::string& name, const std::string& digest) {
  const auto found = rejections_.find(name);
  if (found == rejections_.end() || digest == kUnknown) return;
  auto unread = found->second.extract(std::string(kUnknown));
  if (!unread) return;
  unread.key() = digest;
  found->second.insert(std::move(unread));
}

// The digest takes time, so a file is read only where it is another one than at the last look.
const std::string& LoginBackoff::DigestOf(const std::string& name,
                                          const std::filesystem::path& file) {
  Look& look = looks_[{name, file.string()}];
  const auto identity = IdentityOf(file);
  if (look.identity == identity && IsDigest(look.digest)) return look.digest;
  look.identity = identity;
  look.digest = CredentialDigest(name, file).value_or(std::string(kUnknown));
  return look.digest;
}

// Ends the rejection of this credential; others of the account are as wrong as they were.
void LoginBackoff::Granted(const LoginAccount& account) {
  const MutexLock lock(mutex_);
  bool has_changed = false;
  for (const std::string& raw_name : NamesOf(account)) {
    const std::string name = Encode(raw_name);
    const auto attempt = under_way_.extract(name);
    const auto found = rejections_.find(name);
    if (found == rejections_.end() || !attempt) continue;
    if (found->second.erase(attempt.mapped()) == 0) continue;
    if (found->second.empty()) rejections_.erase(found);
    has_changed = true;
  }
  if (has_changed) Store();
}

WallTime LoginBackoff::Rejected(const LoginAccount& account) {
  const MutexLock lock(mutex_);
  WallTime not_before{};
  for (const std::string& name : NamesOf(account)) {
    not_before = std::max(not_before, Reject(Encode(name), account.domain));
  }
  Store();
  return not_before;
}

WallTime LoginBackoff::Reject(const std::string& name, const std::string& domain) {
  const auto attempt = under_way_.extract(name);
  Rejections& rejections = rejections_[name];
  Rejection& rejection =
      rejections[KeyOf(attempt ? attempt.mapped() : std::string(kUnknown), rejections)];
  rejection.count = std::min(rejection.count + 1, kMaxCounted);
  rejection.domain = Printable(domain);
  const Nanoseconds wait = WaitAfter(rejection.count);
  rejection.not_before = clock_.Now() + wait;
  rejection.held_until = clock_.SteadyNow() + wait;
  const WallTime not_before = rejection.not_before;
  if (rejections.size() > kMaxCredentials) {
    rejections.erase(std::ranges::min_element(
        rejections, {}, [](const auto& entry) { return entry.second.held_until; }));
  }
  return not_before;
}

void LoginBackoff::Undecided(const LoginAccount& account) {
  const MutexLock lock(mutex_);
  for (const std::string& name : NamesOf(account)) under_way_.erase(Encode(name));
}

void LoginBackoff::Reset() {
  const MutexLock lock(mutex_);
  if (std::exchange(rejections_, {}).empty()) return;
  Store();
}

void LoginBackoff::Load() {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
  const auto content = ReadWholeFile(file_, FilePrivacy::kPublic, kMaxBytes);
  if (!content) return;
  std::istringstream lines{std::string(content->view())};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) LoadLine(line);
  }
}

// However the wall clock stands, a rejection never holds longer than it would have at first.
void LoginBackoff::LoadLine(const std::string& line) {
  std::istringstream fields(line);
  int count = 0;
  std::int64_t not_before_seconds = 0;
  std::string account;
  std::string digest;
  std::string domain;
  fields >> count >> not_before_seconds >> account >> digest;
  if (!fields || count < 1) return;
  std::getline(fields >> std::ws, domain);
  if (!domain.empty() && !domain.starts_with(kDomainField)) return;
  if (!IsDigest(digest) && digest != kUnknown) return;
  count = std::min(count, kMaxCounted);
  constexpr std::int64_t kYear2261 = 9183110400;
  const WallTime not_before(
      std::chrono::seconds(std::clamp(not_before_seconds, std::int64_t{0}, kYear2261)));
  const Nanoseconds left =
      std::clamp<Nanoseconds>(not_before - clock_.Now(), Nanoseconds(0), WaitAfter(count));
  Rejection& rejection = rejections_[account][digest];
  rejection.count = count;
  rejection.not_before = clock_.Now() + left;
  rejection.held_until = clock_.SteadyNow() + left;
  if (!domain.empty()) rejection.domain = Printable(domain.substr(kDomainField.size()));
}

void LoginBackoff::Store() {
  if (file_.empty()) return;
  std::ostringstream text;
  text << kHeading;
  for (const auto& [account, rejections] : rejections_) {
    for (const auto& [digest, rejection] : rejections) {
      const auto not_before =
          std::chrono::ceil<std::chrono::seconds>(rejection.not_before.time_since_epoch());
      text << rejection.count << ' ' << not_before.count() << ' ' << account << ' ' << digest;
      if (!rejection.domain.empty()) text << ' ' << kDomainField << rejection.domain;
      text << '\n';
    }
  }
  const auto stored = ReplaceFile(file_, text.str());
  if (stored || !on_unwritable_) return;
  on_unwritable_({ErrorKind::kInternal, "the record of rejected logins " + file_.string() +
                                            stored.error() + "; a restart will not know of them"});
}

}  // namespace cckm
