// A temporary folder in which the openssl program makes certificates and keys.
//
// Thread-safety: belongs to one test.

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/support/fakes/temporary_folder.h"

namespace cckm {

class OpensslFolder : public TemporaryFolder {
 public:
  // Runs `openssl <arguments>` with the folder as its working folder; new files are for the owner
  // alone.
  void Run(const std::string& arguments) const {
    const std::string command = "cd '" + path().string() + "' && umask 077 && openssl " +
                                arguments + " >/dev/null 2>openssl.log </dev/null";
    const int status = std::system(command.c_str());
    EXPECT_EQ(status, 0) << arguments << '\n' << Read("openssl.log");
  }

  // Makes <name>.pem and <name>.key: a self-signed certificate and its key.
  void Make(const std::string& name) const {
    Run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=" + name +
        " -keyout " + name + ".key -out " + name + ".pem");
  }
};

}  // namespace cckm
