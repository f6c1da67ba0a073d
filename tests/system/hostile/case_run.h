// One case while it runs: its upstream, its target in the exporter's configuration, and what
// was wrong.
//
// Thread-safety: belongs to one thread.

#pragma once

#include <string>
#include <vector>

#include "tests/support/fakes/config_folder.h"
#include "tests/system/hostile/hostile_case.h"
#include "tests/system/hostile/shown.h"

namespace cckm {

class CaseRun {
 public:
  // `script` and `identities` outlive this.
  CaseRun(const HostileCase& hostile_case, const Identities& identities, int foreign_port);

  const HostileCase& hostile_case() const { return case_; }
  Upstream& upstream() { return upstream_; }

  // Writes the target's files into the folder and returns its part of the configuration.
  std::string Configure(const ConfigFolder& folder, const Identities& identities) const;

  // Takes note of what is shown; corrupts the authority's file where the case wants that.
  void Observe(const Shown& shown, const ConfigFolder& folder);

  // The case has shown what it must.
  bool IsShown() const { return is_shown_; }
  bool IsHonest() const { return is_honest_; }
  // Reports everything in `shown` that is not as the case wants it, and turns the upstream
  // honest.
  void TurnHonest(const Shown& shown, const ConfigFolder& folder, const Identities& identities);

  bool HasRecovered(const Shown& shown) const;
  // Reports it if it has not, and what the case checks itself; what the log says of it follows.
  void Finish(const Shown& shown, std::size_t foreign_connections, const std::string& log);

  const std::vector<std::string>& errors() const { return errors_; }

 private:
  std::string File(const char* ending) const { return case_.name + ending; }
  std::string token() const;
  std::string Authentication() const;
  std::string TlsConfig() const;
  bool HasOwnAuthority() const;
  std::string family(std::size_t index = 0) const { return case_.families[index]; }
  double Errors(const Shown& shown, std::string_view family, std::string_view reason) const;
  double Up(const Shown& shown) const;
  double Completed(const Shown& shown) const;
  std::size_t PollCount() { return upstream_.appliance().PollCount(); }
  void ReportErrors(const Shown& shown);
  void ReportErrorsOfState(const Shown& shown);
  void QuoteLog();

  const HostileCase& case_;
  Upstream upstream_;
  bool is_shown_ = false;
  bool is_honest_ = false;
  bool has_corrupted_ = false;
  std::size_t polls_wanted_ = 3;  // where no fault shows that the exporter polls
  Evidence evidence_;
  std::vector<std::string> errors_;
};

}  // namespace cckm
