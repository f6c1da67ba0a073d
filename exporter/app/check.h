// --check: asks the running exporter how everything stands, and answers as a Nagios plugin.
//
// Thread-safety: main thread.

#pragma once

#include "exporter/config/flags/flags.h"
#include "exporter/web/status/nagios_line.h"

namespace cckm {

// Critical where nobody answers.  Unknown where it answers and does not tell, such as without the
// password that it wants, which no flag takes.
NagiosLine CheckRunningExporter(const CommandLine& flags);

}  // namespace cckm
