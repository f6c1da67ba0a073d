// The fourteen job families of CipherTrust Manager's Cloud Key Manager, as a table: a family is a
// row.
//
// Source: the public API reference, "CCKM" chapters: every family offers GET <path>, GET
// <path>/{id} with the same job object.  Thread-safety: constants.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace cckm {

struct Family {
  // Value of the label `cloud` and key under `collectors:` in the configuration.
  std::string_view name;
  // Path of the job list, below the appliance's URL; a job is at path + "/" + id.
  std::string_view path;
  // Arrays of a job that list its domains, or empty where only the keys of detailed_status do (the
  // arrays of those families hold other kinds of id).
  std::array<std::string_view, 2> domain_arrays;
  // Path of the list of the family's domains, or empty where the API has none of the same ids.
  std::string_view domain_list_path;
  // Where an entry of that list has the domain's name: members of members, with a dot between them,
  // the best first.
  std::array<std::string_view, 3> domain_name_members = {};
  // The API's pages show what its detailed_status says of a domain that is done, so that any other
  // text means that it failed.
  bool texts_are_documented = false;
};

// Every family, in the order in which they are documented.  References to rows stay valid for ever
// and rows are compared by address.
std::span<const Family> Families();

// The family of that name, or null.
const Family* FindFamily(std::string_view name);

// The family that the scheduler's word for a cloud (cloud_name) stands for, or null.  A family's
// own name is such a word, too.  Where a cloud has several families, it is the one of its keys.
// Compares without case.
const Family* FamilyOfCloud(std::string_view cloud);

}  // namespace cckm
