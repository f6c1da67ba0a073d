// What the tests of access control share: a folder with certificates and the web configuration.

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/web/access/access_control.h"
#include "tests/simulator/certificates.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/temporary_folder.h"
#include "tests/support/fakes/tls_client.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {

// Hashes of the password "secret" with the least cost there is.
inline constexpr const char* kHashOfSecret =
    "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

inline simulator::Certificate MakeTestCertificate(const simulator::CertificateOptions& options) {
  return simulator::MakeCertificate(options, std::chrono::system_clock::now()).value();
}

inline std::string GetWith(const std::string& credentials_base64) {
  return "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + credentials_base64 + "\r\n\r\n";
}

// A server behind a access_control, which reads web.yml in a folder of its own.
class AccessControlFixture : public HttpServerFixture {
 protected:
  // Puts another file in the place of one that may be there, for the owner alone.
  void Write(std::string_view name, std::string_view text) { folder_.Replace(name, text); }

  void WriteCertificate(const std::string& name, const simulator::Certificate& certificate) {
    Write(name + ".pem", certificate.certificate_pem);
    Write(name + ".key", certificate.key_pem);
  }

  // Begins with this web.yml, which must be usable.
  void Open(std::string_view yaml) {
    Write("web.yml", yaml);
    auto access_control = AccessControl::Open(
        folder_.File("web.yml"), clock_,
        {.on_unusable = [this](const std::string& why) { unusable_.push_back(why); },
         .on_change = [this] { ++changes_; },
         .on_waiting = [this](const std::string& what) { waiting_.push_back(what); },
         .on_note = [this](const std::string& note) { notes_.push_back(note); }});
    ASSERT_TRUE(access_control) << access_control.error().front().ToString();
    access_control_ = std::move(*access_control);
  }

  // Serves behind the access_control, which is open.
  void ServeBehindAccessControl(HttpServerOptions options = {}) {
    options.hooks = access_control_->Hooks();
    Serve(
        [this](const WebRequest& request) {
          if (auto refusal = access_control_->Authorize(request)) return std::move(*refusal);
          return TextAnswer(200, "inside\n");
        },
        std::move(options));
  }

  // Lets it look at its files again.
  void LookLater() { clock_.Advance(std::chrono::seconds(2)); }

  const TemporaryFolder folder_;
  FakeClock clock_;
  std::vector<std::string> unusable_;
  std::vector<std::string> waiting_;
  std::vector<std::string> notes_;
  int changes_ = 0;
  std::unique_ptr<AccessControl> access_control_;

  // Ends the server before its access control goes.
  void TearDown() override { server_.reset(); }
};

}  // namespace cckm
