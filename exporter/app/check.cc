#include "exporter/app/check.h"

#include <string>

#include "exporter/app/self_request.h"
#include "exporter/config/web_paths.h"

namespace cckm {
namespace {

// The answer has at most some thousand rows.
constexpr std::size_t kMaxAnswerBytes = std::size_t{32} << 20U;
constexpr long kStatusOk = 200;
constexpr long kStatusUnauthorized = 401;

}  // namespace

NagiosLine CheckRunningExporter(const CommandLine& flags) {
  const SelfAnswer asked = AskRunningExporter(flags, kStatusApiPath, kMaxAnswerBytes);
  if (asked.refuses_certificate) {
    return MakeNagiosLine(NagiosState::kUnknown,
                          "the exporter runs and wants a client certificate: " + asked.url);
  }
  if (!asked.answer) {
    return MakeNagiosLine(NagiosState::kCritical, asked.url + ": " + asked.answer.error().message);
  }
  const long status = asked.answer->status;
  if (status == kStatusOk) return NagiosLineOf(asked.answer->body);
  const std::string_view why = status == kStatusUnauthorized ? ", it wants a password" : "";
  return MakeNagiosLine(NagiosState::kUnknown,
                        asked.url + ": answered HTTP " + std::to_string(status) + std::string(why));
}

}  // namespace cckm
