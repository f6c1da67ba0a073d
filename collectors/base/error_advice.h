// What to do about an error, in words for whoever runs the exporter.
//
// Shown beside the error's own sentence, in the log and on the status page.  Anybody may include
// this.

#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "collectors/base/error.h"

namespace cckm {

// Indexed by ErrorKind.
inline constexpr std::array<std::string_view, kErrorKindNames.size()> kErrorAdvice = {
    "check the target's url (or proxy_url) and the name servers",
    "check that the appliance (or the proxy named) runs and that no firewall is between",
    "nothing, if it stays rare; else look at the appliance's load and at proxies between",
    "look at the appliance's load, or raise request_timeout",
    "check the certificate of the appliance (or of the proxy named), ca_file and server_name",
    "give the url that the appliance itself answers at",
    "look at the appliance's own log",
    "check that the url is that of a CipherTrust Manager",
    "raise max_response_size",
    "check that the url is that of a CipherTrust Manager",
    "check the appliance's version; its answer is not what the API documents",
    "check the account and its credential file",
    "give the account the right to view this family",
    "check that the url ends before /api; where the appliance lacks the family, set optional: true",
    "raise poll_interval, or discovery's interval",
    "report this as a bug",
};

// One clause without a capital and without a final dot.
constexpr std::string_view AdviceFor(ErrorKind kind) {
  return kErrorAdvice[static_cast<std::size_t>(kind)];
}

// The same about the appliance's scheduler.
constexpr std::string_view SchedulerAdviceFor(ErrorKind kind) {
  if (kind == ErrorKind::kForbidden) return "give the account the right to view the scheduler";
  if (kind == ErrorKind::kNotFound) {
    return "an appliance without a scheduler, such as the Community Edition, needs no schedules "
           "key";
  }
  return AdviceFor(kind);
}

}  // namespace cckm
