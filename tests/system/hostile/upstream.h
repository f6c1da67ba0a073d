// A server on loopback that runs a hostile script on every connection, until it is told to turn
// into an honest appliance.
//
// Every connection has a thread of its own.
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fakes/tls_server.h"
#include "tests/support/fakes/wire.h"
#include "tests/system/hostile/appliance.h"

namespace cckm {

// What a script has to script with.
class Visit {
 public:
  Visit(Wire& the_wire, Appliance& the_appliance, int the_foreign_port)
      : wire(the_wire), appliance(the_appliance), foreign_port(the_foreign_port) {}

  // The next request, which is noted in the journal; nothing at the end of the connection.
  std::optional<Request> ReadRequest();
  void ServeHonestly();

  Wire& wire;
  Appliance& appliance;
  const int foreign_port;  // of 127.0.0.1, that nobody is to be led to

 private:
  bool ReadUntil(std::size_t size);

  std::string received_;
};

// Runs until it is over with the connection; throws nothing.
using Script = std::function<void(Visit&)>;

class Upstream {
 public:
  enum class Listening {
    kAccepts,
    kRefuses,  // connections are refused until it turns honest
    kIgnores,  // neither accepted nor refused
  };
  struct Options {
    Script script = {};  // empty: honest from the start
    Listening listening = Listening::kAccepts;
    bool is_ipv6 = false;
    // For connections in turn while hostile; none: the script starts in plain TCP.
    std::vector<TlsProfile> tls = {};
    std::optional<TlsProfile> honest_tls = {};
    std::string token = {};  // that it takes
    int foreign_port = 0;
  };

  // Throws std::system_error if the host does not let it listen.  REQUIRES: `identities` outlives
  // this.
  Upstream(Options options, const Identities& identities);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  std::uint16_t port() const;
  // Ends every connection; those to come are served honestly.
  void TurnHonest();
  Appliance& appliance();
  std::size_t ConnectionCount() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cckm
