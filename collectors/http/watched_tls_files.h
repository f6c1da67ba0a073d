// A target's TLS files and the password of its proxy, read again when they change.
//
// Only curl_http_client.cc may include this.  Thread-safety: belongs to the thread of its client.

#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "collectors/base/clock.h"
#include "collectors/base/file_identity.h"
#include "collectors/http/tls_material.h"

namespace cckm {

class WatchedTlsFiles {
 public:
  // Reads nothing yet.  `clock` outlives this.
  WatchedTlsFiles(TlsFiles files, const Clock& clock) : files_(std::move(files)), clock_(clock) {}

  // What the files hold; null if there are none.  Looks at them at most once a second.  Where they
  // changed into something that cannot be used, `on_unusable` (if set) is told once and the former
  // content stays; without a former content that is an error (tls).
  Result<std::shared_ptr<const TlsMaterial>> Current(
      const std::function<void(const Error&)>& on_unusable);

 private:
  using Identities = std::array<std::optional<FileIdentity>, 5>;

  Identities Look() const;
  void Read(const std::function<void(const Error&)>& on_unusable);

  const TlsFiles files_;
  const Clock& clock_;

  std::optional<SteadyTime> last_look_;
  Identities identities_;  // of the files that were read last
  std::shared_ptr<const TlsMaterial> material_;
  bool is_outdated_ = false;  // the files hold something else, which could not be used
  Error error_;               // why there is no material
};

}  // namespace cckm
