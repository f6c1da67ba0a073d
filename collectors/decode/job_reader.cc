#include "collectors/decode/job_reader.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <tuple>

#include "collectors/base/rfc3339.h"
#include "collectors/decode/classify.h"
#include "collectors/decode/json_reader.h"

namespace cckm {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kDetailedStatus = "detailed_status";
// Spreads what was combined over all bits.
constexpr std::uint64_t kOddFactor = 0x9E3779B97F4A7C15;

tl::unexpected<Error> SchemaError(std::string_view field, std::string_view problem) {
  return Fail(ErrorKind::kSchema, std::string(field) + " " + std::string(problem));
}

bool IsDomainArray(const Family& family, std::string_view name) {
  return !name.empty() &&
         std::ranges::find(family.domain_arrays, name) != family.domain_arrays.end();
}

Result<bool> ReadAbort(dom::object job) {
  const auto member = Member(job, "abort");
  if (!member) return false;
  bool abort_requested = false;
  if (member->get(abort_requested) != simdjson::SUCCESS) {
    return SchemaError("abort", "is not a boolean");
  }
  return abort_requested;
}

// None for a time that is unset, unreadable or later than it may be.
std::optional<WallTime> ReadTime(dom::object job, std::string_view name, const ReadingRules& rules,
                                 AnomalySet& anomalies) {
  const auto member = Member(job, name);
  if (!member) return std::nullopt;
  const auto text = AsString(*member);
  if (text && text->empty()) return std::nullopt;
  const ParsedTime parsed = text ? ParseRfc3339(*text) : ParsedTime{};
  if (parsed.kind == ParsedTime::Kind::kUnset) return std::nullopt;
  const bool is_read = parsed.kind == ParsedTime::Kind::kTime;
  if (is_read && (!rules.latest_time || parsed.time <= *rules.latest_time)) return parsed.time;
  anomalies.Add(Anomaly::kBadTimestamp);
  return std::nullopt;
}

// REQUIRES: refresh.status is final.
void ReadTimes(dom::object job, const ReadingRules& rules, Refresh& refresh) {
  refresh.created_at = ReadTime(job, "createdAt", rules, refresh.anomalies);
  refresh.updated_at = ReadTime(job, "updatedAt", rules, refresh.anomalies);
  if (!IsFinished(refresh.status)) return;
  refresh.completed_at = ReadTime(job, "completed_at", rules, refresh.anomalies);
  const auto duration = DurationOf(refresh);
  if (duration && *duration < Nanoseconds::zero()) {
    refresh.anomalies.Add(Anomaly::kNegativeDuration);
  }
}

}  // namespace

Result<Refresh> JobReader::Read(dom::object job, const ReadingRules& rules) {
  const auto word = StringMember(job, "overall_status");
  if (!word) return SchemaError("overall_status", "is missing or not a string");
  const auto abort_requested = ReadAbort(job);
  if (!abort_requested) return tl::make_unexpected(abort_requested.error());
  if (const auto collected = CollectDomains(job, rules.family); !collected) {
    return tl::make_unexpected(collected.error());
  }

  Refresh refresh;
  refresh.units = std::max<std::uint64_t>(units_, 1);
  const RefreshStatus appliance_status = ApplyAbort(ReadOverallStatus(*word), *abort_requested);
  MakeDomains(appliance_status, rules, refresh);
  refresh.status = ApplyDomains(appliance_status, refresh.domains);
  if (refresh.status == RefreshStatus::kUnknown) {
    refresh.unknown_status = shortener_.Text(*word);
    refresh.anomalies.Add(Anomaly::kUnknownStatus);
  }
  ReadTimes(job, rules, refresh);
  return refresh;
}

Result<void> JobReader::CollectDomains(dom::object job, const Family& family) {
  mentions_.clear();
  units_ = 1;
  for (const auto& field : job) {
    Result<void> collected;
    if (field.value.is_null()) continue;
    if (field.key == kDetailedStatus) collected = CollectDetailedStatus(field.value);
    AddUnits(field.key, field.value);
    if (IsDomainArray(family, field.key)) collected = CollectArray(field.key, field.value);
    if (!collected) return collected;
  }
  MergeMentions();
  return {};
}

Result<void> JobReader::CollectArray(std::string_view name, dom::element value) {
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return SchemaError(name, "is not an array");
  for (const dom::element entry : array) {
    const auto domain_id = AsString(entry);
    if (!domain_id) return SchemaError(name, "has an entry that is not a string");
    AddMention(*domain_id, "");
  }
  return {};
}

Result<void> JobReader::CollectDetailedStatus(dom::element value) {
  dom::object details;
  if (value.get(details) != simdjson::SUCCESS) {
    return SchemaError(kDetailedStatus, "is not an object");
  }
  for (const auto& field : details) {
    const auto text = field.value.is_null() ? std::string_view() : AsString(field.value);
    AddMention(field.key, text.value_or(""), !text);
  }
  return {};
}

// What an array names besides texts is no unit.
void JobReader::AddUnits(std::string_view name, dom::element value) {
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return;
  const std::size_t kind = std::hash<std::string_view>{}(name);
  for (const dom::element entry : array) {
    const auto unit = AsString(entry);
    if (unit) units_ += (std::hash<std::string_view>{}(*unit) ^ kind) * kOddFactor;
  }
}

void JobReader::AddMention(std::string_view domain_id, std::string_view text,
                           bool has_other_value) {
  if (domain_id.empty()) return;
  mentions_.push_back({domain_id, text, has_other_value, mentions_.size()});
}

// Leaves one mention of each domain, in the order of their first ones, with the text of any of
// them.
void JobReader::MergeMentions() {
  std::ranges::sort(mentions_, {}, [](const Mention& mention) {
    return std::tie(mention.domain_id, mention.position);
  });
  auto kept = mentions_.begin();
  for (auto mention = mentions_.begin(); mention != mentions_.end(); ++mention) {
    const bool repeated = kept != mentions_.begin() && kept[-1].domain_id == mention->domain_id;
    if (!repeated) *kept++ = *mention;
    if (kept[-1].text.empty()) kept[-1].text = mention->text;
    kept[-1].has_other_value |= mention->has_other_value;
  }
  mentions_.erase(kept, mentions_.end());
  std::ranges::sort(mentions_, {}, &Mention::position);
}

// REQUIRES: the mentions are merged.
void JobReader::MakeDomains(RefreshStatus appliance_status, const ReadingRules& rules,
                            Refresh& refresh) const {
  refresh.domains.reserve(mentions_.size());
  for (const Mention& mention : mentions_) {
    const DomainText text =
        mention.has_other_value
            ? DomainText::kOther
            : ReadDomainText(mention.text, rules.family.texts_are_documented, rules.success_texts);
    if (text == DomainText::kOther && appliance_status == RefreshStatus::kCompleted) {
      refresh.anomalies.Add(Anomaly::kUnknownDomainText);
    }
    refresh.domains.push_back({shortener_.Name(mention.domain_id),
                               StatusOfDomain(text, appliance_status),
                               shortener_.Text(mention.text)});
  }
}

}  // namespace cckm
