#include "tests/integration/simulator_process.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "tests/fakes/raw_client.h"

namespace cckm {
namespace {

ChildSettings SettingsOf(const std::string& token, int port) {
  return {.arguments = {"--listen=127.0.0.1:" + std::to_string(port), "--families=dsm",
                        "--refreshes=0", "--control", "--token=" + token}};
}

// 0 until the line is there.
int PortIn(const std::string& output) {
  constexpr std::string_view kBeforePort = "listening on http://127.0.0.1:";
  const std::size_t found = output.find(kBeforePort);
  if (found == std::string::npos || !output.ends_with('\n')) return 0;
  int port = 0;
  std::from_chars(output.data() + found + kBeforePort.size(), output.data() + output.size(), port);
  return port;
}

}  // namespace

SimulatorProcess::SimulatorProcess(const std::string& token, int port)
    : child_(CCKM_SIMULATOR_BINARY, SettingsOf(token, port)) {
  const bool listens = Eventually(kPatience, [this] {
    port_ = PortIn(child_.Output());
    return port_ != 0 || child_.WaitForExit({}).has_value();
  });
  if (!listens || port_ == 0) {
    throw std::runtime_error("the simulator does not start: " + child_.ErrorOutput());
  }
}

void SimulatorProcess::StartRefresh(const std::string& id, const std::string& domains) const {
  Post("/simulator/refresh/dsm?domains=" + domains + "&id=" + id);
}

void SimulatorProcess::FinishRefresh(const std::string& id, const std::string& ending) const {
  Post("/simulator/refresh/dsm/" + id + "/finish?as=" + ending);
}

std::string SimulatorProcess::LogIn() const {
  const std::string body = R"({"grant_type":"password","username":"exporter","password":"any"})";
  return nlohmann::json::parse(Post("/api/v1/auth/tokens", body)).at("jwt");
}

void SimulatorProcess::ExpireTokens() const { Post("/simulator/tokens/expire"); }

std::string SimulatorProcess::Post(const std::string& path, const std::string& body) const {
  RawClient client(port_);
  const RawAnswer answer =
      client.Ask("POST " + path + " HTTP/1.1\r\nHost: simulator\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
  if (answer.status / 100 != 2) {
    throw std::runtime_error("the simulator answers " + std::to_string(answer.status) + " to " +
                             path);
  }
  return answer.body;
}

}  // namespace cckm
