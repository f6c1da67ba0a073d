#include "tests/system/integration/simulator_process.h"

#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace cckm {
namespace {

// 0 until the line is there.
int PortIn(const std::string& output) {
  constexpr std::string_view kBeforePort = "://127.0.0.1:";
  const std::size_t found = output.find(kBeforePort);
  if (found == std::string::npos || !output.ends_with('\n')) return 0;
  int port = 0;
  std::from_chars(output.data() + found + kBeforePort.size(), output.data() + output.size(), port);
  return port;
}

}  // namespace

SimulatorProcess::SimulatorProcess(const SimulatorSettings& settings)
    : tls_(settings.tls), child_(CCKM_SIMULATOR_BINARY, Command(settings)) {
  const bool listens = Eventually(kPatience, [this] {
    port_ = PortIn(child_.Output());
    return port_ != 0 || child_.WaitForExit({}).has_value();
  });
  if (!listens || port_ == 0) {
    throw std::runtime_error("the simulator does not start: " + child_.ErrorOutput());
  }
}

ChildSettings SimulatorProcess::Command(const SimulatorSettings& settings) const {
  ChildSettings command{.arguments = {"--listen=127.0.0.1:" + std::to_string(settings.port),
                                      "--families=dsm", "--refreshes=0", "--control",
                                      "--ids-file=" + folder_.File("ids").string()}};
  if (tls_ != SimulatorTls::kNobody) {
    command.arguments.push_back("--tls-folder=" + folder_.path().string());
  }
  if (tls_ == SimulatorTls::kBothSides) command.arguments.emplace_back("--tls-client-auth");
  command.arguments.insert(command.arguments.end(), settings.flags.begin(), settings.flags.end());
  return command;
}

std::string SimulatorProcess::url() const {
  const char* const scheme = tls_ == SimulatorTls::kNobody ? "http" : "https";
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> SimulatorProcess::RefreshIds(std::size_t count) const {
  std::ifstream file(folder_.File("ids-dsm.txt"));
  std::vector<std::string> ids;
  for (std::string id; ids.size() < count && file >> id;) ids.push_back(id);
  return ids;
}

void SimulatorProcess::StartRefresh(const std::string& id, const std::string& domains) const {
  Post("/simulator/refresh/dsm?domains=" + domains + "&id=" + id);
}

void SimulatorProcess::FinishRefresh(const std::string& id, const std::string& ending) const {
  Post("/simulator/refresh/dsm/" + id + "/finish?as=" + ending);
}

void SimulatorProcess::SetNode(int node, const std::string& change) const {
  Post("/simulator/node/" + std::to_string(node) + "?" + change);
}

nlohmann::json SimulatorProcess::Nodes() const {
  return nlohmann::json::parse(Request("/simulator/nodes", {}));
}

std::string SimulatorProcess::LogIn() const {
  const std::string body = R"({"grant_type":"password","username":"exporter","password":"any"})";
  return nlohmann::json::parse(Post("/api/v1/auth/tokens", body)).at("jwt");
}

void SimulatorProcess::ExpireTokens() const { Post("/simulator/tokens/expire"); }

nlohmann::json SimulatorProcess::Journal() const {
  return nlohmann::json::parse(Request("/simulator/journal", {}));
}

std::string SimulatorProcess::Post(const std::string& path, const std::string& body) const {
  return Request(path, {"--data-binary", body});
}

std::string SimulatorProcess::Request(const std::string& path,
                                      std::vector<std::string> curl_arguments) const {
  const auto add = [&curl_arguments](const std::vector<std::string>& words) {
    curl_arguments.insert(curl_arguments.end(), words.begin(), words.end());
  };
  add({"--silent", "--show-error", "--fail-with-body", "--noproxy", "*", url() + path});
  if (tls_ != SimulatorTls::kNobody) {
    add({"--cacert", TlsFile("ca.pem"), "--cert", TlsFile("client.pem"), "--key",
         TlsFile("client.key")});
  }
  const EndedProcess curl = RunToEnd("/usr/bin/curl", {.arguments = std::move(curl_arguments)});
  if (curl.exit_code != 0) {
    throw std::runtime_error("the simulator refuses " + path + ": " + curl.error_output);
  }
  return curl.output;
}

}  // namespace cckm
