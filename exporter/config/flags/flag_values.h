// The command line taken apart, before the values are judged.
//
// Used by flags.cc.  Thread-safety: main thread only, as gflags' registry is one for the process.

#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/config_problem.h"
#include "exporter/config/flags/flag_table.h"

namespace cckm {

// The problems of a command line; each key is a flag with its dashes.
class FlagProblems {
 public:
  void Add(std::string_view name, std::string message);
  bool empty() const { return problems_.empty(); }
  std::vector<ConfigProblem> Take() { return std::move(problems_); }
  // For an argument that is no flag: its place, counted from 1, because it may be a misplaced
  // secret.
  void AddArgument(std::size_t place);

 private:
  std::vector<ConfigProblem> problems_;
};

// The value of every flag of the table, given or by default.
class FlagValues {
 public:
  // Reads the arguments after the program's name.  What is no flag of the table, lacks a value or
  // has one of the wrong type, and a flag given twice are reported.
  static FlagValues Read(std::span<const std::string> arguments, FlagProblems& problems);

  // REQUIRES of all below: the name is in the table.
  bool IsGiven(std::string_view name) const { return given_.contains(name); }
  const std::string& Text(std::string_view name) const { return values_.find(name)->second; }
  bool IsOn(std::string_view name) const { return Text(name) == "true"; }
  // All values of a flag that may be given several times; its default where it was not given.
  std::vector<std::string> Texts(std::string_view name) const;

 private:
  void TakeFlag(std::span<const std::string>& rest, FlagProblems& problems);
  void Give(const FlagRow& row, const std::string& value, FlagProblems& problems);

  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, std::vector<std::string>, std::less<>> given_;  // as written, in that order
};

}  // namespace cckm
