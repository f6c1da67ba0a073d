// The options that civetweb is started with, as it wants them: names and texts.
//
// Used by http_server.cc.  Thread-safety: a const object may be read from any thread.

#pragma once

#include <array>
#include <string>

#include "exporter/web/server/http_server.h"

namespace cckm {

class CivetwebOptions {
 public:
  // `ports` in civetweb's notation.
  CivetwebOptions(const HttpServerOptions& options, const std::string& ports);
  CivetwebOptions(const CivetwebOptions&) = delete;
  CivetwebOptions& operator=(const CivetwebOptions&) = delete;

  // Lives as long as this.
  const char** get() const { return const_cast<const char**>(list_.data()); }

 private:
  const std::string ports_;
  const std::string threads_;
  const std::string request_timeout_;
  const std::string idle_timeout_;
  const std::array<const char*, 23> list_;
};

}  // namespace cckm
