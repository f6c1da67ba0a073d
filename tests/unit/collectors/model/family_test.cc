#include "collectors/model/family.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cckm {
namespace {

struct ExpectedFamily {
  std::string_view name;
  std::string_view path;
  std::vector<std::string_view> domain_arrays;
};

const std::vector<ExpectedFamily>& ExpectedFamilies() {
  static const std::vector<ExpectedFamily> kExpected = {
      {"dsm", "/api/v1/cckm/dsm/refresh", {"domains"}},
      {"external-cm", "/api/v1/cckm/external-cm/refresh", {"domains"}},
      {"hsm-luna", "/api/v1/cckm/hsm/luna/refresh", {"domains", "partitions"}},
      {"hsm-luna-sync", "/api/v1/cckm/hsm/luna/synchronize", {}},
      {"aws", "/api/v1/cckm/aws/synchronization-jobs", {}},
      {"aws-custom-key-stores", "/api/v1/cckm/aws/custom-key-stores/synchronization-jobs", {}},
      {"azure", "/api/v1/cckm/azure/synchronization-jobs", {}},
      {"azure-certificates", "/api/v1/cckm/azure/certificates/synchronization-jobs", {}},
      {"azure-secrets", "/api/v1/cckm/azure/secrets/synchronization-jobs", {}},
      {"google", "/api/v1/cckm/google/synchronization-jobs", {}},
      {"oci", "/api/v1/cckm/oci/synchronization-jobs", {}},
      {"sap", "/api/v1/cckm/sap/synchronization-jobs", {}},
      {"sfdc-keys", "/api/v1/cckm/sfdc/keys/synchronization-jobs", {}},
      {"sfdc-certificates", "/api/v1/cckm/sfdc/certificates/synchronization-jobs", {}},
  };
  return kExpected;
}

TEST(FamilyTest, TheTableHoldsTheDocumentedFamiliesInTheirOrder) {
  ASSERT_EQ(Families().size(), ExpectedFamilies().size());
  for (std::size_t i = 0; i < Families().size(); ++i) {
    EXPECT_EQ(Families()[i].name, ExpectedFamilies()[i].name);
    EXPECT_EQ(Families()[i].path, ExpectedFamilies()[i].path);
  }
}

TEST(FamilyTest, OnlyTheRefreshFamiliesListTheirDomainsInArrays) {
  for (const ExpectedFamily& expected : ExpectedFamilies()) {
    std::set<std::string_view> arrays;
    for (const std::string_view name : FindFamily(expected.name)->domain_arrays) {
      if (!name.empty()) arrays.insert(name);
    }
    const std::set<std::string_view> wanted(expected.domain_arrays.begin(),
                                            expected.domain_arrays.end());
    EXPECT_EQ(arrays, wanted) << expected.name;
  }
}

TEST(FamilyTest, AFamilyIsFoundByTheSchedulersWordForItsCloud) {
  const std::map<std::string_view, std::string_view> words = {{"aws", "aws"},
                                                              {"AzureCloud", "azure"},
                                                              {"azure", "azure"},
                                                              {"GCP", "google"},
                                                              {"google", "google"},
                                                              {"oci", "oci"},
                                                              {"sap", "sap"},
                                                              {"sfdc", "sfdc-keys"},
                                                              {"DSM", "dsm"},
                                                              {"hsm-luna", "hsm-luna"},
                                                              {"Azure-Secrets", "azure-secrets"}};
  for (const auto& [word, family] : words) {
    EXPECT_EQ(FamilyOfCloud(word), FindFamily(family)) << word;
    EXPECT_NE(FamilyOfCloud(word), nullptr) << word;
  }
  for (const std::string_view word : {"", " aws", "aw", "awss", "azurecloud2", "alibaba"}) {
    EXPECT_EQ(FamilyOfCloud(word), nullptr) << word;
  }
  for (const Family& family : Families()) EXPECT_EQ(FamilyOfCloud(family.name), &family);
}

TEST(FamilyTest, AFamilyIsFoundByItsNameAndKeepsItsAddress) {
  for (const Family& family : Families()) EXPECT_EQ(FindFamily(family.name), &family);
}

TEST(FamilyTest, AnyOtherNameFindsNothing) {
  for (const std::string_view name : {"", "DSM", "dsm ", "ds", "dsmx", "gcp", "external_cm"}) {
    EXPECT_EQ(FindFamily(name), nullptr) << name;
  }
}

TEST(FamilyTest, PathsAreDistinctAndReadyToBeExtended) {
  std::set<std::string_view> paths;
  for (const Family& family : Families()) {
    EXPECT_TRUE(family.path.starts_with("/api/v1/cckm/")) << family.name;
    EXPECT_FALSE(family.path.ends_with('/')) << family.name;
    EXPECT_TRUE(paths.insert(family.path).second) << family.name;
  }
}

TEST(FamilyTest, ADomainListExistsOnlyWhereTheArraysHoldTheSameIds) {
  for (const Family& family : Families()) {
    const bool has_arrays = !family.domain_arrays[0].empty();
    EXPECT_EQ(!family.domain_list_path.empty(), has_arrays) << family.name;
  }
}

}  // namespace
}  // namespace cckm
