#include "tests/simulator/units.h"

#include <array>
#include <string_view>

#include "tests/simulator/random.h"

namespace cckm::simulator {
namespace {

constexpr std::array<std::string_view, 12> kWords = {
    "payments", "archive",  "claims", "orders",  "identity",  "telemetry",
    "payroll",  "research", "retail", "billing", "logistics", "signing"};
constexpr std::array<std::string_view, 4> kRegions = {"ap-south-1", "eu-central-1", "us-east-1",
                                                      "sa-east-1"};
constexpr std::array<std::string_view, 3> kLocations = {"europe-west3", "us-central1", "global"};

std::string KeyOf(const Family& family, const Unit& unit, std::size_t index) {
  switch (family.key_shape) {
    case KeyShape::kId:
      return unit.id;
    case KeyShape::kAccountRegion:
      return std::to_string(123456789012ULL + index / kRegions.size()) + '/' +
             std::string(kRegions[index % kRegions.size()]);
    case KeyShape::kKeyRing:
      return "projects/" + unit.connection + "/locations/" +
             std::string(kLocations[index % kLocations.size()]) + "/keyRings/" + unit.name;
    case KeyShape::kName:
      break;
  }
  return unit.name;
}

UnitPtr MakeUnit(const Family& family, std::uint64_t seed, std::size_t index, TimePoint now) {
  Random random(seed, family.unit_pool, index);
  auto unit = std::make_shared<Unit>();
  unit->id = random.Uuid();
  unit->foreign_id = random.Uuid();
  unit->name = std::string(kWords[random.Below(kWords.size())]) + '-' + std::to_string(index + 1);
  unit->connection =
      std::string(family.unit_pool) + "-connection-" + std::to_string(1 + random.Below(3));
  unit->number = 1000 + index;
  unit->created_at = now - random.Between(std::chrono::hours(24 * 30), std::chrono::hours(24 * 60));
  if (family.key_shape == KeyShape::kAccountRegion && !family.region_field.empty()) {
    // One KMS is one account: its regions share the KMS resource's id.
    unit->id = Random(seed, "kms", index / kRegions.size()).Uuid();
    unit->region = kRegions[index % kRegions.size()];
  }
  unit->key = KeyOf(family, *unit, index);
  return unit;
}

}  // namespace

std::vector<UnitPtr> MakeUnits(const Family& family, std::uint64_t seed, std::size_t count,
                               TimePoint now) {
  std::vector<UnitPtr> units;
  units.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    units.push_back(MakeUnit(family, seed, index, now));
  }
  return units;
}

UnitPtr MakeNamedUnit(const std::string& id, TimePoint now) {
  auto unit = std::make_shared<Unit>();
  unit->id = id;
  unit->key = id;
  unit->name = id;
  unit->connection = "scripted";
  unit->foreign_id = id;
  unit->number = 0;
  unit->created_at = now;
  return unit;
}

}  // namespace cckm::simulator
