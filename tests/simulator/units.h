// What refreshes work on: domains, partitions, regions, vaults, key rings, groups, organizations.
//
// Thread-safety: pure functions and immutable values, from any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/families.h"
#include "tests/simulator/timestamp.h"

namespace cckm::simulator {

struct Unit {
  std::string id;          // as the unit array of a job and the body of a start request name it
  std::string key;         // as detailed_status names it
  std::string name;        // for people
  std::string connection;  // the connection to the other system
  std::string foreign_id;  // the other system's own UUID for it
  std::string region;      // only where the family has a region field
  std::uint64_t number;    // the other system's own number for it
  TimePoint created_at;
};

using UnitPtr = std::shared_ptr<const Unit>;

// The first `count` units of the family: the same for the same seed but for created_at, which lies
// up to 60 days before `now`.
std::vector<UnitPtr> MakeUnits(const Family& family, std::uint64_t seed, std::size_t count,
                               TimePoint now);

// A unit that a control request named: its id is also its key and its name.
UnitPtr MakeNamedUnit(const std::string& id, TimePoint now);

}  // namespace cckm::simulator
