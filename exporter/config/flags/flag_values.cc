#include "exporter/config/flags/flag_values.h"

#include <gflags/gflags.h>

#include <deque>
#include <optional>
#include <tl/expected.hpp>

#include "exporter/config/nearest_word.h"
#include "exporter/config/numbers.h"
#include "exporter/config/text.h"

namespace cckm {
namespace {

// Where gflags keeps the value of one flag.
struct Storage {
  std::string name;
  std::string help;
  std::string text;
  std::string default_text;
  bool is_on = false;
  bool is_on_by_default = false;
  gflags::uint32 number = 0;
  gflags::uint32 default_number = 0;
};

// gflags has flags of these names itself and ends the process where a name is registered twice.
bool IsOwnFlagOfGflags(std::string_view name) { return name == "help" || name == "version"; }

void Register(const FlagRow& row, Storage& storage) {
  storage.name = row.name;
  storage.help = row.help;
  const auto add = [&storage](auto& value, auto& default_value) {
    value = default_value;
    gflags::FlagRegisterer(storage.name.c_str(), storage.help.c_str(), "cckm_exporter", &value,
                           &default_value);
  };
  if (row.type == FlagType::kSwitch) {
    add(storage.is_on, storage.is_on_by_default);
  } else if (row.type == FlagType::kNumber) {
    storage.default_number = static_cast<gflags::uint32>(*ParseNumber(row.default_value));
    add(storage.number, storage.default_number);
  } else {
    storage.default_text = row.default_value;
    add(storage.text, storage.default_text);
  }
}

// gflags' registry belongs to the process and keeps the addresses for ever, so the storage has to
// be static; it is registered once, and every reading leaves it as it was.
void RegisterFlagsOnce() {
  static const bool registered = [] {
    static std::deque<Storage> storage;
    for (const FlagRow& row : FlagTable()) {
      if (!IsOwnFlagOfGflags(row.name)) Register(row, storage.emplace_back());
    }
    return true;
  }();
  static_cast<void>(registered);
}

// One flag as it was written.
struct WrittenFlag {
  std::string name;
  std::optional<std::string> value;
};

WrittenFlag TakeApart(std::string_view argument) {
  argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
  const std::size_t equals = argument.find('=');
  WrittenFlag flag{std::string(argument.substr(0, equals)), std::nullopt};
  if (equals != std::string_view::npos) flag.value = argument.substr(equals + 1);
  return flag;
}

// --no-once and --noonce are --once=false.
const FlagRow* FindNegatedSwitch(std::string_view name) {
  for (const std::string_view prefix : {"no-", "no"}) {
    if (!name.starts_with(prefix)) continue;
    const FlagRow* row = FindFlag(name.substr(prefix.size()));
    if (row != nullptr && row->type == FlagType::kSwitch && row->name.size() > 1) return row;
  }
  return nullptr;
}

// The value of a flag, taking the next argument where that is the value; the error is a rule.
tl::expected<std::string, std::string> ValueOf(const FlagRow& row, const WrittenFlag& flag,
                                               std::span<const std::string>& rest) {
  if (flag.value) return *flag.value;
  if (row.type == FlagType::kSwitch) return "true";
  if (rest.empty() || rest.front().starts_with('-')) {
    return tl::make_unexpected("needs a value: --" + std::string(row.name) + "=" +
                               std::string(row.value_name));
  }
  const std::string value = rest.front();
  rest = rest.subspan(1);
  return value;
}

// The rule that a value of the flag's type breaks, or empty.  Stricter than gflags, which takes
// 0x10 and yes.
std::string_view BrokenRule(const FlagRow& row, const std::string& value) {
  constexpr std::uint64_t kLargest = 0xFFFFFFFF;
  if (row.type == FlagType::kSwitch && value != "true" && value != "false") {
    return "must be true or false, or stand without a value";
  }
  if (row.type == FlagType::kNumber && ParseNumber(value).value_or(kLargest + 1) > kLargest) {
    return "must be a whole number from 0 to 4294967295";
  }
  return {};
}

std::string UnknownFlag(std::string_view name) {
  std::vector<std::string_view> names;
  for (const FlagRow& row : FlagTable()) names.push_back(row.name);
  const std::string_view nearest = NearestWord(name, names);
  if (nearest.empty()) return "is not a known flag; --help lists them";
  return "is not a known flag; did you mean --" + std::string(nearest) + "? --help lists them";
}

}  // namespace

void FlagProblems::Add(std::string_view name, std::string message) {
  problems_.push_back({"", 0, "--" + ShownKey(name), std::move(message)});
}

void FlagProblems::AddArgument(std::size_t place) {
  problems_.push_back({"", 0, "argument " + std::to_string(place),
                       "is not a flag; write --flag=value, or --switch without a value"});
}

FlagValues FlagValues::Read(std::span<const std::string> arguments, FlagProblems& problems) {
  RegisterFlagsOnce();
  const gflags::FlagSaver restore_at_the_end;
  FlagValues values;
  std::span<const std::string> rest = arguments;
  while (!rest.empty()) {
    if (rest.front().size() > 1 && rest.front().starts_with('-') && rest.front() != "--") {
      values.TakeFlag(rest, problems);
    } else {
      problems.AddArgument(arguments.size() - rest.size() + 1);
      rest = rest.subspan(1);
    }
  }
  for (const FlagRow& row : FlagTable()) {
    const std::string name(row.name);
    gflags::GetCommandLineOption(name.c_str(), &values.values_[name]);
  }
  return values;
}

void FlagValues::TakeFlag(std::span<const std::string>& rest, FlagProblems& problems) {
  WrittenFlag flag = TakeApart(rest.front());
  rest = rest.subspan(1);
  const FlagRow* row = FindFlag(flag.name);
  if (row == nullptr && !flag.value) {
    row = FindNegatedSwitch(flag.name);
    if (row != nullptr) flag.value = "false";
  }
  if (row == nullptr) {
    problems.Add(flag.name, UnknownFlag(flag.name));
    return;
  }
  const auto value = ValueOf(*row, flag, rest);
  if (value) {
    Give(*row, *value, problems);
  } else {
    problems.Add(row->name, value.error());
  }
}

void FlagValues::Give(const FlagRow& row, const std::string& value, FlagProblems& problems) {
  const std::string name(row.name);
  std::vector<std::string>& given = given_[name];
  given.push_back(value);
  if (given.size() > 1 && row.type != FlagType::kTexts) {
    problems.Add(name, "must be given only once");
  } else if (const auto rule = BrokenRule(row, value); !rule.empty()) {
    problems.Add(name, std::string(rule));
  } else {
    gflags::SetCommandLineOption(name.c_str(), value.c_str());
  }
}

std::vector<std::string> FlagValues::Texts(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::vector<std::string>{Text(name)} : found->second;
}

}  // namespace cckm
