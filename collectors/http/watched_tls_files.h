// A target's TLS files and the password of its proxy, read again when they change.
//
// Only curl_http_client.cc may include this.  Thread-safety: belongs to the thread of its client.

#pragma once

#include <functional>
#include <memory>

#include "collectors/base/clock.h"
#include "collectors/base/file_watch.h"
#include "collectors/http/tls_material.h"

namespace cckm {

class WatchedTlsFiles {
 public:
  // Reads nothing yet.  `clock` outlives this.
  WatchedTlsFiles(TlsFiles files, const Clock& clock);

  // What the files hold; null if there are none.  Looks at them at most once a second.  Where they
  // changed into something that cannot be used, `on_unusable` (if set) is told once and the former
  // content stays; without a former content that is an error (tls).
  Result<std::shared_ptr<const TlsMaterial>> Current(
      const std::function<void(const Error&)>& on_unusable);

 private:
  void Read(const std::function<void(const Error&)>& on_unusable);

  const TlsFiles files_;
  FileWatch watch_;
  std::shared_ptr<const TlsMaterial> material_;
  Error error_;  // why there is no material
};

}  // namespace cckm
