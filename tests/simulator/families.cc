#include "tests/simulator/families.h"

#include <algorithm>
#include <array>

namespace cckm::simulator {
namespace {

using K = KeyShape;
using P = PayloadShape;
using U = UnitListShape;

// clang-format off
constexpr std::array<Family, 14> kFamilies = {{
    // name, base path, cloud,
    //     unit field, region field, noun, pool, failed word, key, payload, sortable, unit list,
    //     units of a schedule
    {"dsm", "/api/v1/cckm/dsm/refresh", "dsm",
     "domains", "", "domain", "dsm", "failed", K::kId, P::kPlain, true,
     U::kDsmDomains, "/api/v1/cckm/dsm/domains", "domains"},
    {"external-cm", "/api/v1/cckm/external-cm/refresh", "externalCM",
     "domains", "", "domain", "external-cm", "failed", K::kId, P::kExternalCm, false,
     U::kExternalCmDomains, "/api/v1/cckm/external-cm/domains", ""},
    {"hsm-luna", "/api/v1/cckm/hsm/luna/refresh", "hsm-luna",
     "partitions", "", "partition", "luna", "failed", K::kId, P::kPlain, false,
     U::kLunaPartitions, "/api/v1/cckm/hsm/luna/partitions", "partitions"},
    {"hsm-luna-sync", "/api/v1/cckm/hsm/luna/synchronize", "hsm-luna",
     "partitions", "", "partition", "luna", "failed", K::kId, P::kPlain, false, U::kNone, "", ""},
    {"aws", "/api/v1/cckm/aws/synchronization-jobs", "aws",
     "kms", "regions", "region", "aws", "error", K::kAccountRegion, P::kPlain, false, U::kNone, "", "kms"},
    {"aws-custom-key-stores", "/api/v1/cckm/aws/custom-key-stores/synchronization-jobs", "aws",
     "kms", "", "region", "aws", "error", K::kAccountRegion, P::kPlain, false, U::kNone, "", ""},
    {"azure", "/api/v1/cckm/azure/synchronization-jobs", "AzureCloud",
     "key_vaults", "", "key vault", "azure", "failed", K::kName, P::kPlain, false, U::kNone, "", "key_vaults"},
    {"azure-certificates", "/api/v1/cckm/azure/certificates/synchronization-jobs", "AzureCloud",
     "key_vaults", "", "key vault", "azure", "failed", K::kName, P::kPlain, false, U::kNone, "", ""},
    {"azure-secrets", "/api/v1/cckm/azure/secrets/synchronization-jobs", "AzureCloud",
     "key_vaults", "", "key vault", "azure", "failed", K::kName, P::kPlain, false, U::kNone, "", ""},
    {"google", "/api/v1/cckm/google/synchronization-jobs", "gcp",
     "key_rings", "", "key ring", "google", "error", K::kKeyRing, P::kPlain, true, U::kNone, "", "key_rings"},
    {"oci", "/api/v1/cckm/oci/synchronization-jobs", "oci",
     "vaults", "", "vault", "oci", "failed", K::kName, P::kPlain, false, U::kNone, "", "oci_vaults"},
    {"sap", "/api/v1/cckm/sap/synchronization-jobs", "sap",
     "groups", "", "group", "sap", "failed", K::kName, P::kPlain, false, U::kNone, "", "groups"},
    {"sfdc-keys", "/api/v1/cckm/sfdc/keys/synchronization-jobs", "sfdc",
     "organizations", "", "organization", "sfdc", "failed", K::kName, P::kPlain, true, U::kNone, "", "organizations"},
    {"sfdc-certificates", "/api/v1/cckm/sfdc/certificates/synchronization-jobs", "sfdc",
     "organizations", "", "organization", "sfdc", "failed", K::kName, P::kPlain, true, U::kNone, "", ""},
}};
// clang-format on

}  // namespace

std::span<const Family> AllFamilies() { return kFamilies; }

const Family* FindFamily(std::string_view name) {
  const auto* const found = std::ranges::find(kFamilies, name, &Family::name);
  return found == kFamilies.end() ? nullptr : found;
}

}  // namespace cckm::simulator
