#include "exporter/state/domain_gate.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <numeric>

namespace cckm {
namespace {

constexpr std::size_t kSlice = 4096;
// Of one refresh, and of all that are compared.  Eight bytes each.
constexpr std::size_t kMaxMarks = 20'000;
constexpr std::size_t kMaxComparedMarks = 200'000;

// The texts of the labels of a slice, and the memory of those that differ from their ids.
class SliceLabels {
 public:
  explicit SliceLabels(std::span<const DomainRefresh> slice) {
    texts_.reserve(slice.size());
    for (const DomainRefresh& domain : slice) {
      const bool is_itself = LabelValue::IsItself(domain.domain_id);
      texts_.push_back(is_itself ? std::string_view(domain.domain_id)
                                 : altered_.emplace_back(domain.domain_id).text());
    }
  }
  std::span<const std::string_view> texts() const { return texts_; }

 private:
  std::vector<std::string_view> texts_;
  std::deque<LabelValue> altered_;
};

void Add(LeftOutDomains& left_out, std::string_view label, DomainStatus status) {
  ++left_out.counts[static_cast<std::size_t>(status)];
  if (left_out.marks.size() <= kMaxMarks) {
    left_out.marks.push_back(std::hash<std::string_view>{}(label));
  }
}

void Finish(LeftOutDomains& left_out) {
  if (left_out.marks.size() > kMaxMarks) left_out.marks = {};
  std::ranges::sort(left_out.marks);
  left_out.marks.shrink_to_fit();
}

std::size_t NamedDomains(const TargetState& target) {
  std::size_t named = 0;
  for (const CollectorState& collector : target.collectors) named += collector.named_domains;
  return named;
}

std::size_t MaxDomainsWithout(const TargetState& target, std::size_t others) {
  return target.options.shown.max_domains - std::min(target.options.shown.max_domains, others);
}

}  // namespace

bool DomainGate::HasRoomFor(std::string_view label, bool is_held, std::size_t room) {
  if (is_held || passed_.contains(label)) return true;
  if (passed_.size() >= room) return false;
  passed_.emplace(label);
  return true;
}

void DomainGate::Pass(RefreshAnswer& answer, const LookUp& look_up) {
  std::vector<DomainRefresh>& domains = answer.refresh.domains;
  std::size_t kept = 0;
  for (std::size_t begin = 0; begin < domains.size(); begin += kSlice) {
    const auto slice = std::span(domains).subspan(begin, std::min(kSlice, domains.size() - begin));
    const SliceLabels labels(slice);
    const Look look = look_up(labels.texts());
    std::vector<bool> has_room;
    for (std::size_t i = 0; i < slice.size(); ++i) {
      has_room.push_back(HasRoomFor(labels.texts()[i], look.is_held[i], look.room));
      if (!has_room[i]) Add(answer.left_out, labels.texts()[i], slice[i].status);
    }
    for (std::size_t i = 0; i < slice.size(); ++i) {
      if (!has_room[i]) continue;
      if (&domains[kept] != &slice[i]) domains[kept] = std::move(slice[i]);
      ++kept;
    }
  }
  if (kept == domains.size()) return;
  domains.resize(kept);
  domains.shrink_to_fit();
  Finish(answer.left_out);
}

DomainGate::Look LookAt(std::span<const std::string_view> labels, const TargetState& target,
                        CollectorState& collector) {
  DomainGate::Look look{.is_held = {}, .room = RoomOf(target)};
  look.is_held.reserve(labels.size());
  for (const std::string_view label : labels) {
    const DomainState* domain = collector.domains.Find(label);
    look.is_held.push_back(domain != nullptr && domain->named_by != 0);
  }
  return look;
}

std::size_t RoomOf(const TargetState& target) {
  return MaxDomainsWithout(target, NamedDomains(target));
}

std::size_t MostDomainsOf(const TargetState& target, const CollectorState& collector) {
  return MaxDomainsWithout(target, NamedDomains(target) - collector.named_domains);
}

std::size_t CountLeftOut(const KeyedStore<RefreshState>& refreshes) {
  std::size_t count = 0;
  std::vector<std::uint64_t> marks;
  for (const RefreshState& refresh : refreshes) {
    if (!refresh.left_out) continue;
    const LeftOutDomains& left_out = *refresh.left_out;
    if (marks.size() + left_out.marks.size() > kMaxComparedMarks || left_out.marks.empty()) {
      count += std::accumulate(left_out.counts.begin(), left_out.counts.end(), std::size_t{0});
    } else {
      marks.insert(marks.end(), left_out.marks.begin(), left_out.marks.end());
    }
  }
  std::ranges::sort(marks);
  return count + static_cast<std::size_t>(std::unique(marks.begin(), marks.end()) - marks.begin());
}

}  // namespace cckm
