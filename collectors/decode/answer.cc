#include "collectors/decode/answer.h"

#include <algorithm>
#include <array>
#include <string>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr long kStatusNotFound = 404;

struct StatusFault {
  long first;
  long last;
  ErrorKind kind;
  std::string_view meaning;
};

// The first row that holds the status decides.
constexpr std::array<StatusFault, 6> kStatusFaults = {{
    {401, 401, ErrorKind::kAuth, "the credentials were refused"},
    {403, 403, ErrorKind::kForbidden, "the account may not do this"},
    {404, 404, ErrorKind::kHttpStatus, "there is nothing at this path; check the target's url"},
    {429, 429, ErrorKind::kRateLimited, "the appliance asks for fewer requests"},
    {300, 399, ErrorKind::kRedirect, "redirects are not followed; check the target's url"},
    {0, 999, ErrorKind::kHttpStatus, "the request failed"},
}};

bool IsJson(std::string_view content_type) {
  constexpr std::string_view kJson = "application/json";
  if (!EqualsWithoutCase(content_type.substr(0, kJson.size()), kJson)) return false;
  const std::string_view rest = content_type.substr(kJson.size());
  return rest.empty() || rest.front() == ';' || rest.front() == ' ';
}

std::string Describe(const HttpResponse& answer, std::string_view meaning, Decoder& decoder) {
  const ApiError said = decoder.DecodeError(answer.body);
  std::string text = "answered HTTP " + std::to_string(answer.status) + ": ";
  text += meaning;
  if (!said.code_description.empty()) text += " (" + said.code_description + ")";
  return text;
}

}  // namespace

bool IsNotFound(const HttpResult& response, Decoder& decoder) {
  return response.answer && response.answer->status == kStatusNotFound &&
         IsJson(response.answer->content_type) &&
         decoder.DecodeError(response.answer->body).is_told;
}

Result<std::string_view> UsableBody(const HttpResult& response, Decoder& decoder) {
  if (!response.answer) return tl::make_unexpected(response.answer.error());
  const HttpResponse& answer = *response.answer;
  if (answer.status < 200 || answer.status > 299) {
    const auto* fault = std::ranges::find_if(kStatusFaults, [&](const StatusFault& row) {
      return row.first <= answer.status && answer.status <= row.last;
    });
    return Fail(fault->kind, Describe(answer, fault->meaning, decoder));
  }
  if (!answer.content_encoding.empty()) {
    return Fail(ErrorKind::kContentType, "answered in the content coding " +
                                             decoder.Quotation(answer.content_encoding) +
                                             ", although none was asked for");
  }
  if (!IsJson(answer.content_type)) {
    return Fail(
        ErrorKind::kContentType,
        "answered with another content type than application/json; is this a CipherTrust Manager?");
  }
  return std::string_view(answer.body);
}

}  // namespace cckm
