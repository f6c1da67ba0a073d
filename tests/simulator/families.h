// The families of refresh jobs that the simulated appliance offers, written down anew from its
// public documentation: this table must not come from the exporter, whose witness it is.
//
// Thread-safety: immutable data.

#pragma once

#include <span>
#include <string_view>

namespace cckm::simulator {

// What the text of a unit's key in `detailed_status` is.
enum class KeyShape {
  kId,             // the resource UUID, as for DSM and external CM domains
  kAccountRegion,  // 123456789012/ap-south-1
  kKeyRing,        // projects/<project>/locations/<location>/keyRings/<name>
  kName,           // the unit's name; no public example shows these families
};

// What the documentation prints for one job of the family.
enum class PayloadShape {
  kPlain,
  // "in progress" with a space, nanosecond stamps, no detailed_status before the first unit has
  // ended, and a single job under a lone "application/json" key.
  kExternalCm,
};

// The list of the family's units, where the API has one.
enum class UnitListShape { kNone, kDsmDomains, kExternalCmDomains, kLunaPartitions };

struct Family {
  std::string_view name;       // for options and control requests
  std::string_view base_path;  // of the refresh resource
  std::string_view cloud;      // the payload's `cloud`
  std::string_view unit_field;
  std::string_view region_field;  // empty but for AWS keys
  std::string_view unit_noun;     // in "<noun> synchronized successfully"
  std::string_view unit_pool;     // families with the same pool work on the same units
  std::string_view failed_word;   // the overall_status of a failed job: "failed" or "error"
  KeyShape key_shape;
  PayloadShape payload_shape;
  bool sortable;  // whether the documentation lists the `sort` filter
  UnitListShape unit_list_shape;
  std::string_view unit_list_path;  // empty without a list
  // What names the units in a schedule; empty where the scheduler does not know the family, or
  // means another one of that cloud.
  std::string_view schedule_units;
};

// All fourteen, in the order of the documentation's table.
std::span<const Family> AllFamilies();

// Null for a name that is none of the fourteen.
const Family* FindFamily(std::string_view name);

}  // namespace cckm::simulator
