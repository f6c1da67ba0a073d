// The simulator's command line.
//
// Thread-safety: a pure function and plain values.

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/accounts.h"
#include "tests/simulator/api.h"
#include "tests/simulator/tokens.h"
#include "tests/simulator/world.h"

namespace cckm::simulator {

struct Address {
  std::string host;
  std::uint16_t port = 0;  // 0: any
};

struct Options {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 0;
  std::vector<Address> nodes;  // of the cluster, beside the one above
  std::chrono::nanoseconds replication_lag{0};
  unsigned threads = 64;
  std::chrono::nanoseconds latency{0};
  unsigned error_percent = 0;
  bool print_ids = false;
  std::string ids_file;                // prefix, empty: none
  std::string token_file;              // empty: none
  std::string fault_script;            // a file, empty: none
  std::string tls_folder;              // empty: no TLS
  std::vector<std::string> tls_names;  // beside localhost and 127.0.0.1
  bool tls_client_auth = false;
  bool help = false;
  ApiSettings api;
  AccountSettings accounts;
  TokenSettings tokens;
  WorldSettings world;                       // always names at least one family
  std::vector<std::string> tenancy_domains;  // empty: one that takes every login
  std::size_t schedules = 0;                 // made ones, beside those below
  std::uint64_t runs = 0;                    // former ones of these
  std::vector<ScheduleRule> schedule_rules;  // the made ones among them
};

struct ParsedOptions {
  Options options;
  std::vector<std::string> problems;  // one sentence each; no token or password is in any of them
};

// Arguments without the program's name.  Everything that is wrong is reported, not only the first.
ParsedOptions ParseOptions(std::span<const std::string_view> arguments);

// What --help prints.
std::string HelpText();

}  // namespace cckm::simulator
