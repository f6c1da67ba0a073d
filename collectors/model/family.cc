#include "collectors/model/family.h"

#include <algorithm>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::array<std::string_view, 2> kKeysOfDetailedStatus = {};
constexpr bool kTextsAreDocumented = true;

constexpr std::array<Family, 14> kFamilies = {{
    {"dsm",
     "/api/v1/cckm/dsm/refresh",
     {"domains"},
     "/api/v1/cckm/dsm/domains",
     {"dsm_params.name", "name"},
     kTextsAreDocumented},
    {"external-cm",
     "/api/v1/cckm/external-cm/refresh",
     {"domains"},
     "/api/v1/cckm/external-cm/domains",
     {"cm_domain.name", "name", "connection"},
     kTextsAreDocumented},
    {"hsm-luna",
     "/api/v1/cckm/hsm/luna/refresh",
     {"partitions", "domains"},
     "/api/v1/cckm/hsm/luna/partitions",
     {"name", "label"}},
    {"hsm-luna-sync", "/api/v1/cckm/hsm/luna/synchronize", kKeysOfDetailedStatus, "", {}},
    {"aws",
     "/api/v1/cckm/aws/synchronization-jobs",
     kKeysOfDetailedStatus,
     "",
     {},
     kTextsAreDocumented},
    {"aws-custom-key-stores",
     "/api/v1/cckm/aws/custom-key-stores/synchronization-jobs",
     kKeysOfDetailedStatus,
     "",
     {}},
    {"azure", "/api/v1/cckm/azure/synchronization-jobs", kKeysOfDetailedStatus, "", {}},
    {"azure-certificates",
     "/api/v1/cckm/azure/certificates/synchronization-jobs",
     kKeysOfDetailedStatus,
     "",
     {}},
    {"azure-secrets",
     "/api/v1/cckm/azure/secrets/synchronization-jobs",
     kKeysOfDetailedStatus,
     "",
     {}},
    {"google",
     "/api/v1/cckm/google/synchronization-jobs",
     kKeysOfDetailedStatus,
     "",
     {},
     kTextsAreDocumented},
    {"oci", "/api/v1/cckm/oci/synchronization-jobs", kKeysOfDetailedStatus, "", {}},
    {"sap", "/api/v1/cckm/sap/synchronization-jobs", kKeysOfDetailedStatus, "", {}},
    {"sfdc-keys", "/api/v1/cckm/sfdc/keys/synchronization-jobs", kKeysOfDetailedStatus, "", {}},
    {"sfdc-certificates",
     "/api/v1/cckm/sfdc/certificates/synchronization-jobs",
     kKeysOfDetailedStatus,
     "",
     {}},
}};

// Words for a cloud that are no family's name.  Source: the help of ksctl's scheduler commands;
// Azure's national clouds are spelled as Azure's own tools do.
struct CloudWord {
  std::string_view word;
  std::string_view family;
};
constexpr std::array<CloudWord, 6> kCloudWords = {{
    {"AzureCloud", "azure"},
    {"AzureChinaCloud", "azure"},
    {"AzureUSGovernment", "azure"},
    {"gcp", "google"},
    {"sfdc", "sfdc-keys"},
    {"luna", "hsm-luna"},
}};

}  // namespace

std::span<const Family> Families() { return kFamilies; }

const Family* FindFamily(std::string_view name) {
  const auto* found = std::ranges::find(kFamilies, name, &Family::name);
  return found == kFamilies.end() ? nullptr : found;
}

const Family* FamilyOfCloud(std::string_view cloud) {
  const auto* word = std::ranges::find_if(
      kCloudWords, [cloud](const CloudWord& row) { return EqualsWithoutCase(row.word, cloud); });
  if (word != kCloudWords.end()) return FindFamily(word->family);
  const auto* family = std::ranges::find_if(
      kFamilies, [cloud](const Family& row) { return EqualsWithoutCase(row.name, cloud); });
  return family == kFamilies.end() ? nullptr : family;
}

}  // namespace cckm
