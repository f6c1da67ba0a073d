#include "collectors/decode/decoder.h"

#include <algorithm>
#include <array>

#include "collectors/base/utf8.h"
#include "collectors/decode/job_reader.h"
#include "collectors/decode/json_reader.h"
#include "collectors/decode/text.h"

namespace cckm {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kCodeDescription = "codeDesc";

tl::unexpected<DecodeFailure> Unusable(Error error) {
  return tl::make_unexpected(DecodeFailure{std::move(error), std::nullopt});
}

// Codes that mean more than a body of another shape.
struct CodeMeaning {
  std::string_view code_name;
  ErrorKind kind;
};
constexpr std::array<CodeMeaning, 2> kCodeMeanings = {{
    {"NCERRUnauthorizedAccess", ErrorKind::kAuth},
    {"NCERRForbidden", ErrorKind::kForbidden},
}};

ErrorKind KindOfCode(std::string_view code_description) {
  const auto* found = std::ranges::find_if(kCodeMeanings, [&](const CodeMeaning& meaning) {
    return code_description.find(meaning.code_name) != std::string_view::npos;
  });
  return found == kCodeMeanings.end() ? ErrorKind::kSchema : found->kind;
}

ApiError ReadApiError(dom::object object) {
  ApiError error;
  if (const auto code = Member(object, "code")) {
    if (code->get(error.code) != simdjson::SUCCESS) error.code = 0;
  }
  const auto description = StringMember(object, kCodeDescription).value_or("");
  error.code_description = CutToCharacters(description, kLongestText);
  error.message = CutToCharacters(StringMember(object, "message").value_or(""), kLongestText);
  return error;
}

bool IsErrorBody(dom::object object) {
  return object.at_key(kCodeDescription).error() == simdjson::SUCCESS;
}

Error ErrorOfBody(dom::object object) {
  const ApiError error = ReadApiError(object);
  const auto description = StringMember(object, kCodeDescription).value_or("");
  return {KindOfCode(description), "a successful answer holds the error " +
                                       std::to_string(error.code) + " \"" +
                                       AsciiOf(error.code_description) + "\""};
}

std::optional<dom::array> Resources(dom::object object) {
  const auto member = Member(object, "resources");
  dom::array resources;
  if (!member || member->get(resources) != simdjson::SUCCESS) return std::nullopt;
  return resources;
}

// Go writes an empty list as null.
bool HasNullResources(dom::object object) {
  const auto member = object.at_key("resources");
  return member.error() == simdjson::SUCCESS && member.value_unsafe().is_null();
}

bool LooksLikeJob(dom::object object) { return Member(object, "overall_status").has_value(); }

Result<std::optional<std::uint64_t>> ReadCount(dom::object list, std::string_view name) {
  const auto member = Member(list, name);
  if (!member) return std::optional<std::uint64_t>();
  std::uint64_t count = 0;
  if (member->get(count) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kSchema, std::string(name) + " is not a whole number from 0 upwards");
  }
  return std::optional(count);
}

// A page without its entries.
Result<RefreshPage> ReadPageFrame(dom::object list) {
  const auto skip = ReadCount(list, "skip");
  const auto limit = ReadCount(list, "limit");
  const auto total = ReadCount(list, "total");
  for (const auto* count : {&skip, &limit, &total}) {
    if (!*count) return tl::make_unexpected(count->error());
  }
  RefreshPage page;
  page.skip = skip->value_or(0);
  page.limit = limit->value_or(0);
  page.total = *total;
  return page;
}

// The entry of the asked id, or else the only one.
std::optional<dom::object> PickEntry(dom::array entries, std::string_view asked_id) {
  for (const dom::element element : entries) {
    const auto entry = AsObject(element);
    if (entry && StringMember(*entry, "id") == asked_id) return entry;
  }
  if (entries.size() != 1) return std::nullopt;
  return AsObject(*entries.begin());
}

// The job object of an answer to GET <path>/{id}.
Result<dom::object> FindJob(dom::object root, std::string_view asked_id) {
  const auto resources = Resources(root);
  if (LooksLikeJob(root) || !resources) return root;
  const auto frame = ReadPageFrame(root);
  if (!frame) return tl::make_unexpected(frame.error());
  const auto entry = PickEntry(*resources, asked_id);
  if (!entry) return Fail(ErrorKind::kSchema, "the list does not hold the refresh asked for");
  return *entry;
}

std::optional<Refresh> ReadEntry(dom::object job, const Family& family, JobReader& reader) {
  const auto id = StringMember(job, "id");
  if (!id || !IsValidRefreshId(*id)) return std::nullopt;
  auto refresh = reader.Read(job, family);
  if (!refresh) return std::nullopt;
  refresh->id = *id;
  return std::move(*refresh);
}

void AddEntry(std::optional<dom::object> job, const Family& family, JobReader& reader,
              RefreshPage& page) {
  auto refresh = job ? ReadEntry(*job, family, reader) : std::nullopt;
  if (refresh) {
    page.refreshes.push_back(std::move(*refresh));
  } else {
    ++page.unusable_entries;
  }
}

// The text of a member of members, such as "cm_domain.name"; empty where there is none.
std::string_view NestedText(dom::object entry, std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return StringMember(entry, path).value_or("");
  const auto member = Member(entry, path.substr(0, dot));
  const auto inner = member ? AsObject(*member) : std::nullopt;
  return inner ? NestedText(*inner, path.substr(dot + 1)) : std::string_view();
}

void AddDomain(std::optional<dom::object> entry, const Family& family, DomainPage& page) {
  const std::string_view id = entry ? StringMember(*entry, "id").value_or("") : "";
  if (id.empty()) {
    ++page.unusable_entries;
    return;
  }
  DomainName& domain = page.domains.emplace_back();
  domain.id = id;
  domain.connection = StringMember(*entry, "connection").value_or("");
  for (const std::string_view path : family.domain_name_members) {
    if (domain.name.empty() && !path.empty()) domain.name = NestedText(*entry, path);
  }
}

// Empty where there is none that a header can carry.
Secret TokenMember(dom::object root, std::string_view name) {
  constexpr std::size_t kLongest = std::size_t{16} * 1024;
  const std::string_view text = StringMember(root, name).value_or("");
  const bool is_usable = text.size() <= kLongest && IsVisibleAscii(text);
  return Secret(is_usable ? std::string(text) : std::string());
}

// A length that Nanoseconds can hold, or nothing.
std::optional<Nanoseconds> SecondsMember(dom::object root, std::string_view name) {
  constexpr double kLongest = 1e9;
  const auto member = Member(root, name);
  double seconds = 0;
  if (!member || member->get(seconds) != simdjson::SUCCESS) return std::nullopt;
  return std::chrono::duration_cast<Nanoseconds>(
      std::chrono::duration<double>(std::clamp(seconds, -kLongest, kLongest)));
}

}  // namespace

struct Decoder::Parser {
  JsonReader json;
  JobReader jobs;
};

Decoder::Decoder() : parser_(std::make_unique<Parser>()) {}
Decoder::~Decoder() = default;

Decoded<Refresh> Decoder::DecodeRefresh(std::string_view body, const Family& family,
                                        std::string_view asked_id) {
  const auto root = parser_->json.Read(body);
  if (!root) return tl::make_unexpected(root.error());
  if (IsErrorBody(*root)) return Unusable(ErrorOfBody(*root));
  const auto job = FindJob(*root, asked_id);
  if (!job) return Unusable(job.error());
  auto refresh = parser_->jobs.Read(*job, family);
  if (!refresh) return Unusable(std::move(refresh.error()));
  refresh->id = asked_id;
  if (StringMember(*job, "id").value_or(asked_id) != asked_id) {
    refresh->anomalies.Add(Anomaly::kIdMismatch);
  }
  return std::move(*refresh);
}

Decoded<RefreshPage> Decoder::DecodeRefreshList(std::string_view body, const Family& family) {
  const auto root = parser_->json.Read(body);
  if (!root) return tl::make_unexpected(root.error());
  if (IsErrorBody(*root)) return Unusable(ErrorOfBody(*root));
  const auto resources = Resources(*root);
  if (!resources && LooksLikeJob(*root)) {
    RefreshPage page{.skip = 0, .limit = 1, .total = 1, .refreshes = {}, .unusable_entries = 0};
    AddEntry(*root, family, parser_->jobs, page);
    return page;
  }
  if (!resources && !HasNullResources(*root)) {
    return Unusable({ErrorKind::kSchema, "resources is missing or not an array"});
  }
  auto page = ReadPageFrame(*root);
  if (!page) return Unusable(std::move(page.error()));
  if (!resources) return std::move(*page);
  for (const dom::element entry : *resources) {
    AddEntry(AsObject(entry), family, parser_->jobs, *page);
  }
  return std::move(*page);
}

Decoded<DomainPage> Decoder::DecodeDomainList(std::string_view body, const Family& family) {
  const auto root = parser_->json.Read(body);
  if (!root) return tl::make_unexpected(root.error());
  if (IsErrorBody(*root)) return Unusable(ErrorOfBody(*root));
  const auto resources = Resources(*root);
  if (!resources && !HasNullResources(*root)) {
    return Unusable({ErrorKind::kSchema, "resources is missing or not an array"});
  }
  const auto frame = ReadPageFrame(*root);
  if (!frame) return Unusable(frame.error());
  DomainPage page{.total = frame->total, .domains = {}};
  if (!resources) return page;
  for (const dom::element entry : *resources) AddDomain(AsObject(entry), family, page);
  return page;
}

Decoded<TokenGrant> Decoder::DecodeTokenGrant(std::string_view body) {
  const auto root = parser_->json.Read(body);
  if (!root) return tl::make_unexpected(root.error());
  if (IsErrorBody(*root)) return Unusable(ErrorOfBody(*root));
  TokenGrant grant{.token = TokenMember(*root, "jwt"),
                   .life = SecondsMember(*root, "duration"),
                   .refresh_token = TokenMember(*root, "refresh_token"),
                   .refresh_token_life = SecondsMember(*root, "refresh_token_expires_in")};
  if (grant.token.empty()) {
    return Unusable({ErrorKind::kSchema, "the answer to the login holds no usable token"});
  }
  return grant;
}

ApiError Decoder::DecodeError(std::string_view body) {
  const auto root = parser_->json.Read(body);
  return root ? ReadApiError(*root) : ApiError{};
}

}  // namespace cckm
