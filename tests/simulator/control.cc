#include "tests/simulator/control.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "tests/simulator/api_error.h"
#include "tests/simulator/refusal.h"
#include "tests/simulator/render.h"

namespace cckm::simulator {
namespace {

constexpr std::string_view kRefreshPrefix = "/simulator/refresh/";
constexpr std::string_view kFinishSuffix = "/finish";

struct NamedEnding {
  std::string_view name;
  Ending ending;
};
constexpr std::array<NamedEnding, 5> kEndings = {
    {{"completed", Ending::kCompleted},
     {"failed", Ending::kFailed},
     {"partial", Ending::kPartial},
     {"partially_completed", Ending::kPartiallyCompleted},
     {"cancelled", Ending::kCancelled}}};

bool IsPlainId(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 ||
           std::string_view("._:-").find(character) != std::string_view::npos;
  });
}

Response Done() { return {200, "{}", {}}; }

Response Answer(const Family& family, const tl::expected<RefreshPtr, Refusal>& result,
                TimePoint now) {
  if (!result) return AnswerRefusal(result.error());
  return {200, RenderRefresh(family, **result, now, Freshness::kReadBack, false), {}};
}

}  // namespace

Response Control::Handle(const Request& request, TimePoint now) {
  if (request.method != "POST") return MethodNotAllowed("POST");
  const Query query(request.query);
  if (request.path == "/simulator/fault") return SetFault(query);
  if (request.path == "/simulator/tokens/expire") {
    tokens_.ExpireAll();
    return Done();
  }
  if (!request.path.starts_with(kRefreshPrefix)) return NotFound();
  return Refresh(request.path.substr(kRefreshPrefix.size()), query, now);
}

Response Control::SetFault(const Query& query) {
  const std::string_view text = query.Find("status").value_or("");
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (text != "off" && (!number || status < 400 || status > 599)) {
    return InvalidValue("status: 400 to 599, or off");
  }
  faults_.Force(status);
  return Done();
}

Response Control::Refresh(std::string_view rest, const Query& query, TimePoint now) {
  const std::size_t slash = rest.find('/');
  const Family* const family = FindFamily(rest.substr(0, slash));
  if (family == nullptr || !world_.Offers(*family)) return NotFound();
  if (slash == std::string_view::npos) return Start(*family, query, now);
  std::string_view id = rest.substr(slash + 1);
  if (!id.ends_with(kFinishSuffix)) return NotFound();
  id.remove_suffix(kFinishSuffix.size());
  return Finish(*family, id, query, now);
}

Response Control::Start(const Family& family, const Query& query, TimePoint now) {
  Selection selection;
  selection.ids = SplitAtCommas(query.Find("domains").value_or(""));
  selection.everything = selection.ids.empty();
  const std::string id(query.Find("id").value_or(""));
  const bool plain = (id.empty() || IsPlainId(id)) && std::ranges::all_of(selection.ids, IsPlainId);
  if (!plain) return InvalidValue("an id is up to 128 letters, digits, or any of . _ : -");
  return Answer(family, world_.StartScripted(family, selection, id, now), now);
}

Response Control::Finish(const Family& family, std::string_view id, const Query& query,
                         TimePoint now) {
  const auto* const ending =
      std::ranges::find(kEndings, query.Find("as").value_or(""), &NamedEnding::name);
  if (ending == kEndings.end()) {
    return InvalidValue("as: completed, failed, partial, partially_completed or cancelled");
  }
  return Answer(family, world_.Finish(family, id, ending->ending, now), now);
}

}  // namespace cckm::simulator
