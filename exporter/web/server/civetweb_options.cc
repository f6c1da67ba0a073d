#include "exporter/web/server/civetweb_options.h"

namespace cckm {
namespace {

// civetweb gives each connection a thread of its own.  These are left to answer connections over
// the limit.
constexpr std::size_t kSpareThreads = 8;

}  // namespace

// No option here names a file, and none may.
CivetwebOptions::CivetwebOptions(const HttpServerOptions& options, const std::string& ports)
    : ports_(ports),
      threads_(std::to_string(options.max_connections + kSpareThreads)),
      request_timeout_(std::to_string(options.request_timeout.count())),
      idle_timeout_(std::to_string(options.idle_timeout.count())),
      // clang-format off
      list_({"listening_ports", ports_.c_str(),
             "num_threads", threads_.c_str(),
             "request_timeout_ms", request_timeout_.c_str(),
             "keep_alive_timeout_ms", idle_timeout_.c_str(),
             "enable_keep_alive", "yes",
             "tcp_nodelay", "1",
             "max_request_size", "16384",
             "listen_backlog", "1024",
             "decode_url", "no",
             "enable_auth_domain_check", "no",
             "enable_directory_listing", "no",
             nullptr}) {}
// clang-format on

}  // namespace cckm
