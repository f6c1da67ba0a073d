#include "exporter/app/healthcheck.h"

#include <algorithm>
#include <array>

#include "exporter/app/self_request.h"
#include "exporter/config/web_paths.h"

namespace cckm {
namespace {

constexpr std::array<long, 3> kStatusesOfLife = {200, 401, 429};
constexpr std::size_t kMaxAnswerBytes = 64U << 10U;

}  // namespace

tl::expected<void, std::string> CheckHealth(const CommandLine& flags) {
  const SelfAnswer asked = AskRunningExporter(flags, kHealthyPath, kMaxAnswerBytes);
  if (asked.refuses_certificate) return {};
  if (!asked.answer) return tl::make_unexpected(asked.url + ": " + asked.answer.error().message);
  const long status = asked.answer->status;
  if (std::ranges::count(kStatusesOfLife, status) != 0) return {};
  return tl::make_unexpected(asked.url + ": answered HTTP " + std::to_string(status));
}

}  // namespace cckm
