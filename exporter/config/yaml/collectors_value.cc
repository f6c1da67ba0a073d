#include "exporter/config/yaml/collectors_value.h"

#include "collectors/model/family.h"
#include "exporter/config/yaml/config_keys.h"
#include "exporter/config/yaml/key_checks.h"

namespace cckm {
namespace {

CollectorConfig ReadCollector(const YamlCursor& cursor, const Family& family) {
  CollectorConfig collector;
  collector.family = &family;
  MapValue<CollectorConfig>{CollectorKeys(), &CheckCollector}.Read(cursor, collector);
  return collector;
}

}  // namespace

void CollectorsValue::Read(const YamlCursor& cursor, std::vector<CollectorConfig>& out) const {
  std::vector<YamlKey> keys;
  for (const Family& family : Families()) {
    keys.push_back({family.name, [&out, &family](const YamlCursor& collector) {
                      out.push_back(ReadCollector(collector, family));
                    }});
  }
  if (!cursor.HasContent()) cursor.ReportError("must have at least one collector");
  cursor.ReadMap(keys);
}

WrittenValue CollectorsValue::Write(const std::vector<CollectorConfig>& value) const {
  WrittenValue map;
  for (const CollectorConfig& collector : value) {
    map.members.emplace_back(collector.family->name, WriteKeys(CollectorKeys(), collector));
  }
  return map;
}

}  // namespace cckm
