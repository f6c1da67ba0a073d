// Keeps a wrong password from locking its account: after a rejected login nobody tries again for a
// while.
//
// One back-off serves all targets of the process, since several may share an account.  A rejection
// holds for 5 minutes, doubling to 60 with each further one, and only for the credential that was
// rejected, known by its digest: another one is tried at once, in whatever file it is.  A file that
// was only touched or made anew with the same content, as some service managers do at every start,
// ends nothing; neither does one that cannot be read.  Rejections outlive the process in a small
// file, see credential_digest.h for what that holds.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/file_identity.h"
#include "collectors/base/mutex.h"

namespace cckm {

// Whoever logs in: an account of an appliance, and the file that proves it.
struct LoginAccount {
  std::string name;  // the same for all targets that share the account; holds no secret
  std::filesystem::path credential_file;
  // At the other addresses of the same appliance: a rejection at one holds at all of them.
  std::vector<std::string> other_names = {};
  // The tenancy domain that is logged in to, for people: the account is the same in all of them.
  std::string domain = {};
};

class LoginBackoff {
 public:
  using ErrorReporter = std::function<void(const Error&)>;

  // Reads `file`, if there is one; an empty path keeps everything in memory.  What cannot be read
  // there is as if it were not.  `on_unwritable`, which may be null, is told when the file cannot
  // be written.  REQUIRES: `clock` outlives this.
  LoginBackoff(std::filesystem::path file, const Clock& clock, ErrorReporter on_unwritable);
  LoginBackoff(const LoginBackoff&) = delete;
  LoginBackoff& operator=(const LoginBackoff&) = delete;

  enum class Permission {
    kGo,       // log in now, and say how it ended
    kBusy,     // another target logs in with this account right now
    kRejected  // not before the time
  };
  struct Answer {
    Permission permission = Permission::kGo;
    WallTime not_before{};    // of kRejected
    std::string domain = {};  // that the rejected login was to
  };
  Answer Begin(const LoginAccount& account);

  // How a login that was allowed to begin ended: the appliance granted a token, rejected the
  // credential, or neither.
  void Granted(const LoginAccount& account);
  // Returns when the next attempt may be made.
  WallTime Rejected(const LoginAccount& account);
  void Undecided(const LoginAccount& account);

  // Forgets every rejection, because whoever may signal the process asks for it (SIGHUP).
  void Reset();

 private:
  struct Rejection {
    int count = 0;            // in a row
    WallTime not_before{};    // for the file and for people
    SteadyTime held_until{};  // the same, unmoved by changes of the wall clock
    std::string domain;       // that the login was to
  };
  // By the digest of the credential that was rejected.
  using Rejections = std::map<std::string, Rejection>;
  // At the credential file of an account.
  struct Look {
    std::optional<FileIdentity> identity;
    std::string digest;
  };

  // The rejection that holds a credential back now; null if none does.
  const Rejection* Holding(const std::string& name, const std::string& digest) const
      CCKM_REQUIRES(mutex_);
  static std::string KeyOf(const std::string& digest, const Rejections& rejections);
  void NoteFirstReading(const std::string& name, const std::string& digest) CCKM_REQUIRES(mutex_);
  // The digest of the file as it is; that of no content where it cannot be read.
  const std::string& DigestOf(const std::string& name, const std::filesystem::path& file)
      CCKM_REQUIRES(mutex_);
  // What Rejected() does for one name of an account.
  WallTime Reject(const std::string& name, const std::string& domain) CCKM_REQUIRES(mutex_);
  void Load() CCKM_REQUIRES(mutex_);
  void LoadLine(const std::string& line) CCKM_REQUIRES(mutex_);
  void Store() CCKM_REQUIRES(mutex_);

  const std::filesystem::path file_;
  const Clock& clock_;
  const ErrorReporter on_unwritable_;

  Mutex mutex_;
  std::map<std::string, Rejections> rejections_ CCKM_GUARDED_BY(mutex_);  // by account
  // By account: the digest of the credential file when the login began.
  std::map<std::string, std::string> under_way_ CCKM_GUARDED_BY(mutex_);
  // By account and path: the last look.
  std::map<std::pair<std::string, std::string>, Look> looks_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
