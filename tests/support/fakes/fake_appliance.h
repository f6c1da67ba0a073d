// An appliance's jobs, lists and domains behind a FakeHttpClient, with the ways in which its lists
// may be odd.
//
// Thread-safety: none.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/model/family.h"
#include "tests/support/fakes/fake_service.h"

namespace cckm {

struct FakeJob {
  std::string id;
  WallTime created = FakeClock::kStart;
  std::optional<WallTime> completed = {};  // none: in progress
  std::vector<std::string> domains = {"d1"};
  std::string status = {};  // empty: in_progress or completed

  std::string Json() const {
    std::string text = R"({"id":")" + id + R"(","createdAt":")" + TimeText(created) + '"';
    if (completed) text += R"(,"completed_at":")" + TimeText(*completed) + '"';
    text += R"(,"overall_status":")";
    text += !status.empty() ? status : completed ? "completed" : "in_progress";
    text += R"(","domains":[)";
    for (const std::string& domain : domains) {
      text += (&domain == domains.data() ? "\"" : ",\"") + domain + '"';
    }
    return text + "]}";
  }
};

class FakeAppliance final : public FakeService {
 public:
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

  explicit FakeAppliance(const FakeClock& clock) : FakeService(clock) {}

  std::vector<FakeJob> jobs;         // of every family, in the order of its list
  std::vector<std::string> domains;  // entries of the domain list, as JSON
  std::uint64_t most_in_page = kUnlimited;
  bool ignores_limit = false;
  bool ignores_skip = false;
  // What the lists say of their length; nothing: they do not say.
  std::function<std::optional<std::uint64_t>(std::uint64_t)> total = [](std::uint64_t truth) {
    return std::optional(truth);
  };

  FakeJob* Find(std::string_view id) { return FindById(jobs, id); }

 private:
  static std::uint64_t Number(const std::string& path, std::string_view name) {
    return static_cast<std::uint64_t>(NumberIn(path, name));
  }

  template <typename Entries, typename Text>
  HttpResponse Page(const std::string& path, const Entries& entries, const Text& text) const {
    const std::uint64_t size = entries.size();
    const std::uint64_t skip =
        ignores_skip ? 0 : std::min<std::uint64_t>(Number(path, "skip="), size);
    const std::uint64_t limit = std::min(Number(path, "limit="), most_in_page);
    const std::uint64_t end = ignores_limit || limit > size - skip ? size : skip + limit;
    std::string body = "{";
    if (const auto told = total(size)) body += R"("total":)" + std::to_string(*told) + ',';
    body += Resources(skip, end, [&](std::size_t place) { return text(entries[place]); });
    return JsonAnswer(body + "}");
  }

  HttpResponse Plain(const std::string& path) override {
    const std::size_t query = path.find('?');
    if (query == std::string::npos) {
      const FakeJob* job = Find(std::string_view(path).substr(path.rfind('/') + 1));
      return job == nullptr ? NotFoundAnswer() : JsonAnswer(job->Json());
    }
    const std::string_view list = std::string_view(path).substr(0, query);
    if (std::ranges::find(Families(), list, &Family::domain_list_path) != Families().end()) {
      return Page(path, domains, [](const std::string& entry) { return entry; });
    }
    return Page(path, jobs, [](const FakeJob& job) { return job.Json(); });
  }
};

}  // namespace cckm
