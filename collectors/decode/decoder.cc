#include "collectors/decode/decoder.h"

#include <algorithm>
#include <array>
#include <functional>

#include "collectors/decode/error_body.h"
#include "collectors/decode/job_reader.h"
#include "collectors/decode/json_reader.h"
#include "collectors/decode/list_frame.h"
#include "collectors/decode/list_pieces.h"
#include "collectors/decode/schedule_reader.h"
#include "collectors/decode/shortener.h"
#include "collectors/decode/token_reader.h"

namespace cckm {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kEntriesKey = "\"resources\"";
// Anomalies of the unusable entries of a page that are told one by one.
constexpr std::size_t kMaxAnomalies = 100;

tl::unexpected<DecodeFailure> Unusable(Error error) {
  return tl::make_unexpected(DecodeFailure{.error = std::move(error)});
}

bool LooksLikeJob(dom::object object) { return Member(object, "overall_status").has_value(); }

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

Result<Refresh> ReadEntry(dom::object job, const ReadingRules& rules, JobReader& reader) {
  const auto id = StringMember(job, "id");
  if (!id || !IsValidRefreshId(*id)) {
    return Fail(ErrorKind::kSchema, "id is missing or cannot name a refresh");
  }
  auto refresh = reader.Read(job, rules);
  if (!refresh) return refresh;
  refresh->id = *id;
  refresh->told_id = *id;
  return refresh;
}

Decoded<Refresh> ReadAsked(dom::object job, const ReadingRules& rules, std::string_view asked_id,
                           JobReader& reader) {
  auto refresh = reader.Read(job, rules);
  if (!refresh) return Unusable(std::move(refresh.error()));
  refresh->id = asked_id;
  const auto told_id = StringMember(job, "id");
  refresh->told_id = told_id.value_or("");
  if (told_id && *told_id != asked_id) refresh->anomalies.Add(Anomaly::kIdMismatch);
  return std::move(*refresh);
}

// Whether one entry of a list may be all that is wrong with it.
bool MayBeFaultOfAnEntry(const DecodeFailure& failure) {
  return failure.error.kind == ErrorKind::kJson || failure.anomaly == Anomaly::kDuplicateKey;
}

void LeaveOut(DecodeFailure failure, UnusableEntries& unusable) {
  ++unusable.count;
  if (!unusable.first) unusable.first = failure.error;
  const bool is_told = failure.anomaly && IsValidRefreshId(failure.told_id);
  if (is_told && unusable.anomalies.size() < kMaxAnomalies) {
    unusable.anomalies.push_back(std::move(failure));
  }
}

// What becomes of an entry of a list.
using TakeEntry = std::function<Result<void>(dom::object)>;

void Take(std::optional<dom::object> entry, const TakeEntry& take, UnusableEntries& unusable) {
  auto taken = entry ? take(*entry) : Fail(ErrorKind::kSchema, "an entry is not an object");
  if (!taken) LeaveOut({.error = std::move(taken.error())}, unusable);
}

// The text of a member of members, such as "cm_domain.name"; empty where there is none.
std::string_view NestedText(dom::object entry, std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return StringMember(entry, path).value_or("");
  const auto member = Member(entry, path.substr(0, dot));
  const auto inner = member ? AsObject(*member) : std::nullopt;
  return inner ? NestedText(*inner, path.substr(dot + 1)) : std::string_view();
}

Result<DomainName> ReadDomain(dom::object entry, const Family& family, const Shortener& shortener) {
  if (LooksLikeJob(entry)) return Fail(ErrorKind::kSchema, "an entry is a job");
  DomainName domain;
  domain.id = shortener.Name(StringMember(entry, "id").value_or(""));
  if (domain.id.empty()) return Fail(ErrorKind::kSchema, "id is missing or not a string");
  domain.connection = shortener.Name(StringMember(entry, "connection").value_or(""));
  for (const std::string_view path : family.domain_name_members) {
    if (domain.name.empty() && !path.empty()) domain.name = shortener.Name(NestedText(entry, path));
  }
  return domain;
}

}  // namespace

struct Decoder::Parser {
  explicit Parser(Redactor redact) : shortener(std::move(redact)) {}

  const Shortener shortener;
  JsonReader json{shortener};
  JobReader jobs{shortener};

  // The pieces of a list that cannot be read as a whole, and its frame; fails with `failure` where
  // that does not help.
  struct Pieces {
    ListPieces list;
    dom::object frame;
  };
  Decoded<Pieces> Split(std::string_view body, const DecodeFailure& failure);
  Decoded<Refresh> FindInPieces(std::string_view body, const ReadingRules& rules,
                                std::string_view asked_id, const DecodeFailure& failure);
  // A job in the place of the list is told by `is_single_job`; where that is null, it is a fault.
  Decoded<PageFrame> ReadList(std::string_view body, const TakeEntry& take,
                              UnusableEntries& unusable, bool* is_single_job = nullptr);
  Decoded<PageFrame> ReadPieces(const Pieces& pieces, const TakeEntry& take,
                                UnusableEntries& unusable);
  std::optional<RefreshPage> ReadKnown(std::string_view body, const ReadingRules& rules,
                                       KnownEntries& known);
  bool ReadOther(std::string_view entry, const ReadingRules& rules, KnownEntries& known,
                 RefreshPage& page);
};

Decoded<Decoder::Parser::Pieces> Decoder::Parser::Split(std::string_view body,
                                                        const DecodeFailure& failure) {
  if (!MayBeFaultOfAnEntry(failure)) return tl::make_unexpected(failure);
  auto list = SplitList(body);
  if (!list) return tl::make_unexpected(failure);
  const auto frame = json.Read(list->frame);
  if (!frame || !Resources(*frame)) return tl::make_unexpected(failure);
  if (IsErrorBody(*frame)) return Unusable(ErrorOfBody(*frame, shortener));
  return Pieces{std::move(*list), *frame};
}

// The entry of the asked id among those that can be read.
Decoded<Refresh> Decoder::Parser::FindInPieces(std::string_view body, const ReadingRules& rules,
                                               std::string_view asked_id,
                                               const DecodeFailure& failure) {
  const auto pieces = Split(body, failure);
  if (!pieces) return tl::make_unexpected(pieces.error());
  for (const std::string_view piece : pieces->list.entries) {
    const auto job = json.Read(piece);
    if (job && StringMember(*job, "id") == asked_id) return ReadAsked(*job, rules, asked_id, jobs);
  }
  return tl::make_unexpected(failure);
}

Decoded<PageFrame> Decoder::Parser::ReadPieces(const Pieces& pieces, const TakeEntry& take,
                                               UnusableEntries& unusable) {
  auto frame = ReadPageFrame(pieces.frame);
  if (!frame) return Unusable(std::move(frame.error()));
  for (const std::string_view piece : pieces.list.entries) {
    const auto entry = json.Read(piece);
    if (entry) {
      Take(*entry, take, unusable);
    } else {
      LeaveOut(entry.error(), unusable);
    }
  }
  return *frame;
}

Decoded<PageFrame> Decoder::Parser::ReadList(std::string_view body, const TakeEntry& take,
                                             UnusableEntries& unusable, bool* is_single_job) {
  const auto root = json.Read(body);
  if (!root) {
    auto pieces = Split(body, root.error());
    if (!pieces) {
      pieces.error().may_be_one_entry =
          MayBeFaultOfAnEntry(pieces.error()) && body.find(kEntriesKey) != std::string_view::npos;
      return tl::make_unexpected(std::move(pieces.error()));
    }
    return ReadPieces(*pieces, take, unusable);
  }
  if (IsErrorBody(*root)) return Unusable(ErrorOfBody(*root, shortener));
  const auto resources = Resources(*root);
  if (!resources && is_single_job != nullptr && LooksLikeJob(*root)) {
    *is_single_job = true;
    Take(*root, take, unusable);
    return PageFrame{.skip = 0, .total = 1};
  }
  if (!resources && !HasNullResources(*root)) {
    return Unusable({ErrorKind::kSchema, "resources is missing or not an array"});
  }
  auto frame = ReadPageFrame(*root);
  if (!frame) return Unusable(std::move(frame.error()));
  if (!resources) return *frame;
  for (const dom::element element : *resources) {
    Take(AsObject(element), take, unusable);
  }
  return *frame;
}

Decoder::Decoder(Redactor redact) : parser_(std::make_unique<Parser>(std::move(redact))) {}
Decoder::~Decoder() = default;

Decoded<Refresh> Decoder::DecodeRefresh(std::string_view body, const ReadingRules& rules,
                                        std::string_view asked_id) {
  const auto root = parser_->json.Read(body);
  if (!root) return parser_->FindInPieces(body, rules, asked_id, root.error());
  if (IsErrorBody(*root)) return Unusable(ErrorOfBody(*root, parser_->shortener));
  const auto job = FindJob(*root, asked_id);
  if (!job) return Unusable(job.error());
  return ReadAsked(*job, rules, asked_id, parser_->jobs);
}

// Reads the list entry by entry; nothing where it, or an entry that is not known, has any fault
// that the reading of the whole body has to judge.
std::optional<RefreshPage> Decoder::Parser::ReadKnown(std::string_view body,
                                                      const ReadingRules& rules,
                                                      KnownEntries& known) {
  RefreshPage page;
  const auto take_known = [&](std::string_view rest) -> std::size_t {
    const auto entry = known.Take(rest);
    if (!entry) return 0;
    page.entries.push_back({.known = entry->number});
    return entry->size;
  };
  const auto take = [&](std::string_view entry) { return ReadOther(entry, rules, known, page); };
  const auto frame_text = VisitList(body, {.take_known = take_known, .take = take});
  if (!frame_text) return std::nullopt;
  const auto root = json.Read(*frame_text);
  if (!root || IsErrorBody(*root) || !Resources(*root)) return std::nullopt;
  const auto frame = ReadPageFrame(*root);
  if (!frame) return std::nullopt;
  page.frame = *frame;
  return page;
}

bool Decoder::Parser::ReadOther(std::string_view entry, const ReadingRules& rules,
                                KnownEntries& known, RefreshPage& page) {
  const auto job = json.Read(entry);
  if (!job) return false;
  auto refresh = ReadEntry(*job, rules, jobs);
  if (!refresh) return false;
  known.TakeOther(refresh->id);
  page.entries.push_back({.position = page.refreshes.size(), .fingerprint = FingerprintOf(entry)});
  page.refreshes.push_back(std::move(*refresh));
  return true;
}

Decoded<RefreshPage> Decoder::DecodeRefreshList(std::string_view body, const ReadingRules& rules,
                                                KnownEntries* known) {
  if (known != nullptr) {
    if (auto page = parser_->ReadKnown(body, rules, *known)) return std::move(*page);
  }
  RefreshPage page;
  const auto take = [&](dom::object job) -> Result<void> {
    auto refresh = ReadEntry(job, rules, parser_->jobs);
    if (!refresh) return tl::make_unexpected(std::move(refresh.error()));
    page.entries.push_back({.position = page.refreshes.size()});
    page.refreshes.push_back(std::move(*refresh));
    return {};
  };
  auto frame = parser_->ReadList(body, take, page.unusable, &page.is_single_job);
  if (!frame) return tl::make_unexpected(std::move(frame.error()));
  page.frame = *frame;
  return page;
}

Decoded<DomainPage> Decoder::DecodeDomainList(std::string_view body, const Family& family) {
  DomainPage page;
  const auto take = [&](dom::object entry) -> Result<void> {
    auto domain = ReadDomain(entry, family, parser_->shortener);
    if (!domain) return tl::make_unexpected(std::move(domain.error()));
    page.domains.push_back(std::move(*domain));
    return {};
  };
  auto frame = parser_->ReadList(body, take, page.unusable);
  if (!frame) return tl::make_unexpected(std::move(frame.error()));
  page.frame = *frame;
  return page;
}

Decoded<SchedulePage> Decoder::DecodeSchedules(std::string_view body,
                                               std::optional<WallTime> latest_time) {
  SchedulePage page;
  const auto take = [&](dom::object entry) -> Result<void> {
    if (!IsSynchronization(entry, /*if_untold=*/false)) {
      ++page.other_operations;
      return {};
    }
    auto schedule = ReadSchedule(entry, parser_->shortener, latest_time);
    if (!schedule) return tl::make_unexpected(std::move(schedule.error()));
    page.schedules.push_back(std::move(*schedule));
    return {};
  };
  auto frame = parser_->ReadList(body, take, page.unusable);
  if (!frame) return tl::make_unexpected(std::move(frame.error()));
  page.frame = *frame;
  return page;
}

Decoded<ScheduleRunPage> Decoder::DecodeScheduleRuns(std::string_view body,
                                                     std::optional<WallTime> latest_time) {
  ScheduleRunPage page;
  const auto take = [&](dom::object entry) -> Result<void> {
    const auto created_at = ReadCreation(entry, latest_time);
    if (created_at) {
      page.oldest_created_at = std::min(page.oldest_created_at.value_or(*created_at), *created_at);
    }
    if (!IsSynchronization(entry, /*if_untold=*/true)) {
      ++page.other_operations;
      return {};
    }
    auto run = ReadScheduleRun(entry, parser_->shortener, latest_time);
    if (!run) return tl::make_unexpected(std::move(run.error()));
    page.runs.push_back(std::move(*run));
    return {};
  };
  auto frame = parser_->ReadList(body, take, page.unusable);
  if (!frame) return tl::make_unexpected(std::move(frame.error()));
  page.frame = *frame;
  return page;
}

Decoded<TokenGrant> Decoder::DecodeTokenGrant(std::string_view body) {
  const auto root = parser_->json.Read(body);
  if (!root) return tl::make_unexpected(root.error());
  if (IsErrorBody(*root)) return Unusable(ErrorOfBody(*root, parser_->shortener));
  return ReadTokenGrant(*root);
}

std::string Decoder::Quotation(std::string_view text) const {
  return parser_->shortener.Quotation(text);
}

ApiError Decoder::DecodeError(std::string_view body) {
  const auto root = parser_->json.Read(body);
  return root ? ReadApiError(*root, parser_->shortener) : ApiError{};
}

}  // namespace cckm
