#include "collectors/poll/refresh_reader.h"

#include <utility>

#include "collectors/decode/answer.h"

namespace cckm {

RefreshReader::RefreshReader(const Family& family, std::vector<std::string> success_texts,
                             const Clock& clock, Decoder& decoder)
    : family_(family), success_texts_(std::move(success_texts)), clock_(clock), decoder_(decoder) {}

Decoded<Refresh> RefreshReader::ReadRefresh(const HttpResult& response, std::string_view id) const {
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) return tl::unexpected(DecodeFailure{body.error()});
  return decoder_.DecodeRefresh(*body, RulesFor(response), id);
}

Decoded<RefreshPage> RefreshReader::ReadPage(const HttpResult& response,
                                             KnownEntries* known) const {
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) return tl::unexpected(DecodeFailure{body.error()});
  return decoder_.DecodeRefreshList(*body, RulesFor(response), known);
}

bool RefreshReader::HasUsableBody(const HttpResult& response) const {
  return UsableBody(response, decoder_).has_value();
}

std::string_view RefreshReader::UsableBodyOf(const HttpResult& response) const {
  return UsableBody(response, decoder_).value_or(std::string_view());
}

bool RefreshReader::SaysNotFound(const HttpResult& response) const {
  return IsNotFound(response, decoder_);
}

WallTime RefreshReader::TimeOf(const HttpResult& response) const {
  return response.answer->date.value_or(clock_.Now());
}

ReadingRules RefreshReader::RulesFor(const HttpResult& response) const {
  return {
      .family = family_, .success_texts = success_texts_, .latest_time = LatestTimeIn(response)};
}

}  // namespace cckm
