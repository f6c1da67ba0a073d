// The part of schema.h below `collectors`.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/text.h"
#include "collectors/model/refresh.h"
#include "exporter/config/refresh_id_files.h"
#include "exporter/config/yaml/schema.h"
#include "exporter/config/yaml/yaml_readers.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxDiscoveredRefreshes = 100'000;
constexpr std::size_t kMaxSuccessTexts = 100;
constexpr std::size_t kMaxSuccessText = 200;

YamlReader ReadRefreshIds(std::vector<std::string>& out) {
  return [&out](const YamlCursor& cursor) {
    constexpr std::string_view kRule =
        "must be a refresh ID: 1 to 128 of A-Z a-z 0-9 . _ : -, but neither . nor ..";
    const auto items = cursor.Items().value_or(std::vector<YamlCursor>{});
    out.reserve(items.size());  // so that no ID moves
    std::map<std::string_view, int> lines;
    for (const YamlCursor& item : items) {
      auto id = item.Text(kRule);
      if (!id) continue;
      const auto first = lines.find(*id);
      if (!IsValidRefreshId(*id)) {
        item.ReportError(std::string(kRule));
      } else if (first != lines.end()) {
        item.ReportError("is listed twice; the first is in line " + std::to_string(first->second));
      } else {
        lines.emplace(out.emplace_back(std::move(*id)), item.line());
      }
    }
  };
}

// The patterns; the files that they match now are opened.
YamlReader ReadRefreshIdFiles(std::vector<std::filesystem::path>& out) {
  return [&out](const YamlCursor& cursor) {
    for (const YamlCursor& item : cursor.Items().value_or(std::vector<YamlCursor>{})) {
      std::filesystem::path pattern;
      ReadPath(pattern)(item);
      if (pattern.empty()) continue;
      const RefreshIdProblems problems = CheckRefreshIdFiles(pattern);
      for (const std::string& error : problems.errors) item.ReportError(error);
      for (const std::string& warning : problems.warnings) item.Warn(warning);
      out.push_back(std::move(pattern));
    }
  };
}

YamlReader ReadSuccessTexts(std::vector<std::string>& out) {
  return [&out](const YamlCursor& cursor) {
    const auto items = cursor.Items();
    if (!items) return;
    if (items->size() > kMaxSuccessTexts) cursor.ReportError("must list at most 100 texts");
    for (const YamlCursor& item : *items) {
      std::string text;
      ReadText(text)(item);
      if (CountCharacters(text) > kMaxSuccessText) {
        item.ReportError("must not be longer than 200 characters");
      } else if (!text.empty()) {
        out.push_back(std::move(text));
      }
    }
  };
}

YamlReader ReadDiscovery(DiscoverySettings& out) {
  return [&out](const YamlCursor& cursor) {
    cursor.ReadMap({
        {"enabled", ReadBoolean(out.enabled)},
        {"interval", ReadDuration(out.interval, {.smallest = std::chrono::seconds(1)})},
        {"max_refreshes", ReadNumber(out.max_refreshes, 1, kMaxDiscoveredRefreshes)},
        {"observe_history", ReadBoolean(out.observe_history)},
    });
  };
}

CollectorConfig ReadCollector(const YamlCursor& cursor, const Family& family) {
  CollectorConfig collector;
  collector.family = &family;
  std::optional<YamlCursor> ids;
  std::optional<YamlCursor> id_files;
  const bool is_map = cursor.ReadMap({
      {"refresh_ids", Remember(ids)},
      {"refresh_id_files", Remember(id_files)},
      {"domain_names", ReadBoolean(collector.domain_names)},
      {"discovery", ReadDiscovery(collector.discovery)},
      {"optional", ReadBoolean(collector.optional)},
      {"success_texts", ReadSuccessTexts(collector.success_texts)},
  });
  if (ids) ReadRefreshIds(collector.refresh_ids)(*ids);
  if (id_files) ReadRefreshIdFiles(collector.refresh_id_files)(*id_files);
  const bool names_refreshes = (ids && ids->HasContent()) || (id_files && id_files->HasContent());
  if (is_map && !names_refreshes && !collector.discovery.enabled) {
    cursor.ReportError("must have refresh_ids, refresh_id_files or discovery with enabled: true");
  }
  return collector;
}

}  // namespace

YamlReader ReadCollectors(std::vector<CollectorConfig>& out) {
  return [&out](const YamlCursor& cursor) {
    std::vector<YamlKey> keys;
    for (const Family& family : Families()) {
      keys.push_back({family.name, [&out, &family](const YamlCursor& collector) {
                        out.push_back(ReadCollector(collector, family));
                      }});
    }
    if (!cursor.HasContent()) cursor.ReportError("must have at least one collector");
    cursor.ReadMap(keys);
  };
}

}  // namespace cckm
