#include "collectors/session/login_latch.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "collectors/base/replace_file.h"
#include "collectors/base/whole_file.h"
#include "collectors/session/credential_digest.h"

namespace cckm {
namespace {

constexpr std::chrono::minutes kFirstWait(5);
constexpr std::chrono::minutes kLongestWait(60);
constexpr std::chrono::seconds kLookInterval(1);

// In place of the digest of a file that could not be read.
constexpr std::string_view kUnknown = "none";

constexpr std::string_view kHeading =
    "# Logins that CipherTrust Manager rejected: how often, not to be tried before (Unix time), "
    "account, credential file, a digest of it.\n";

constexpr int kMostCounted = 1'000'000;  // whatever a file says

Nanoseconds WaitAfter(int rejections) {
  constexpr int kDoublingsToLongest = 4;
  return std::min<Nanoseconds>(kLongestWait,
                               kFirstWait * (1 << std::min(rejections - 1, kDoublingsToLongest)));
}

// Text without white space, so that fields of a line can be told apart.
std::string Encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code > 0x20 && code != '%' && code != 0x7F) {
      encoded += c;
    } else {
      encoded.append("%").append({kHex[code >> 4U], kHex[code & 0xFU]});
    }
  }
  return encoded.empty() ? "%" : encoded;
}

bool IsDigest(std::string_view text) {
  return text.size() == 6 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

LoginLatch::LoginLatch(std::filesystem::path file, const Clock& clock, Complaint on_unwritable)
    : file_(std::move(file)), clock_(clock), on_unwritable_(std::move(on_unwritable)) {
  const MutexLock lock(mutex_);
  if (!file_.empty()) Load();
}

LoginLatch::Answer LoginLatch::Begin(const LoginAccount& account) {
  const std::string name = Encode(account.name);
  const MutexLock lock(mutex_);
  if (under_way_.contains(name)) return {.permission = Permission::kBusy};
  const auto found = rejections_.find(name);
  if (found != rejections_.end()) {
    Rejection& rejection = found->second;
    if (CredentialChanged(rejection, account)) {
      rejections_.erase(found);
      Store();
    } else if (clock_.SteadyNow() < rejection.held_until) {
      return {.permission = Permission::kRejected, .not_before = rejection.not_before};
    }
  }
  under_way_[name] = DigestOf(account);
  return {};
}

// A file that is read for the first time may hold the same credential as the rejected one.
bool LoginLatch::CredentialChanged(Rejection& rejection, const LoginAccount& account) {
  SteadyTime& again_at = LookOf(account).again_at;
  if (clock_.SteadyNow() < again_at) return false;
  again_at = clock_.SteadyNow() + kLookInterval;
  const std::string& digest = DigestOf(account);
  if (digest == kUnknown) return false;
  std::string& known = rejection.credentials[Encode(account.credential_file.string())];
  if (!IsDigest(known)) known = digest;
  return known != digest;
}

// The digest takes time, so a file is read only where it is another one than at the last look.
const std::string& LoginLatch::DigestOf(const LoginAccount& account) {
  Look& look = LookOf(account);
  const auto identity = IdentityOf(account.credential_file);
  if (look.identity == identity && IsDigest(look.digest)) return look.digest;
  look.identity = identity;
  look.digest =
      CredentialDigest(account.name, account.credential_file).value_or(std::string(kUnknown));
  return look.digest;
}

LoginLatch::Look& LoginLatch::LookOf(const LoginAccount& account) {
  return looks_[{account.name, account.credential_file.string()}];
}

void LoginLatch::Granted(const LoginAccount& account) {
  const std::string name = Encode(account.name);
  const MutexLock lock(mutex_);
  under_way_.erase(name);
  if (rejections_.erase(name) != 0) Store();
}

WallTime LoginLatch::Rejected(const LoginAccount& account) {
  const std::string name = Encode(account.name);
  const MutexLock lock(mutex_);
  const auto attempt = under_way_.extract(name);
  Rejection& rejection = rejections_[name];
  rejection.count = std::min(rejection.count + 1, kMostCounted);
  const Nanoseconds wait = WaitAfter(rejection.count);
  rejection.not_before = clock_.Now() + wait;
  rejection.held_until = clock_.SteadyNow() + wait;
  if (attempt) {
    std::string& known = rejection.credentials[Encode(account.credential_file.string())];
    if (known.empty() || IsDigest(attempt.mapped())) known = attempt.mapped();
  }
  Store();
  return rejection.not_before;
}

void LoginLatch::Undecided(const LoginAccount& account) {
  const MutexLock lock(mutex_);
  under_way_.erase(Encode(account.name));
}

void LoginLatch::Lift() {
  const MutexLock lock(mutex_);
  if (std::exchange(rejections_, {}).empty()) return;
  Store();
}

void LoginLatch::Load() {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
  const auto content = ReadWholeFile(file_, FilePrivacy::kPublic, kMostBytes);
  if (!content) return;
  std::istringstream lines{std::string(content->view())};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) LoadLine(line);
  }
}

// However the wall clock stands, a rejection never holds longer than it would have at first.
void LoginLatch::LoadLine(const std::string& line) {
  std::istringstream fields(line);
  int count = 0;
  std::int64_t not_before_seconds = 0;
  std::string account;
  std::string credential;
  std::string digest;
  fields >> count >> not_before_seconds >> account >> credential >> digest;
  if (!fields || count < 1) return;
  count = std::min(count, kMostCounted);
  constexpr std::int64_t kYear2261 = 9183110400;
  const WallTime not_before(
      std::chrono::seconds(std::clamp(not_before_seconds, std::int64_t{0}, kYear2261)));
  const Nanoseconds left =
      std::clamp<Nanoseconds>(not_before - clock_.Now(), Nanoseconds(0), WaitAfter(count));
  Rejection& rejection = rejections_[account];
  rejection.count = count;
  rejection.not_before = clock_.Now() + left;
  rejection.held_until = clock_.SteadyNow() + left;
  rejection.credentials[credential] = digest;
}

void LoginLatch::Store() {
  if (file_.empty()) return;
  std::ostringstream text;
  text << kHeading;
  for (const auto& [account, rejection] : rejections_) {
    const auto not_before =
        std::chrono::ceil<std::chrono::seconds>(rejection.not_before.time_since_epoch());
    for (const auto& [credential, digest] : rejection.credentials) {
      text << rejection.count << ' ' << not_before.count() << ' ' << account << ' ' << credential
           << ' ' << digest << '\n';
    }
  }
  const auto stored = ReplaceFile(file_, text.str());
  if (stored || !on_unwritable_) return;
  on_unwritable_({ErrorKind::kInternal, "the record of rejected logins " + file_.string() +
                                            stored.error() + "; a restart will not know of them"});
}

}  // namespace cckm
