#include "tests/system/hostile/hostile_run.h"

#include <signal.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fakes/leak.h"
#include "tests/support/fakes/raw_server.h"
#include "tests/system/hostile/case_run.h"
#include "tests/system/hostile/exporter_child.h"

namespace cckm {
namespace {

using std::chrono::seconds;

// Every fault is met several times, and no case needs much longer.
constexpr Nanoseconds kShortestHostility = seconds(8);
// These three are for a host that does much else.  Together they are shorter than the shortest of
// the pauses that the test is not to see the end of.
constexpr Nanoseconds kMaxHostility = seconds(40);
constexpr Nanoseconds kMaxRecovery = seconds(40);
constexpr Nanoseconds kMaxRecoveryBySignal = seconds(20);
// Of the healthy target, which is polled every second; a target that held it up would do so for a
// second at least, again and again.
constexpr Nanoseconds kMaxUsualGap = std::chrono::milliseconds(1900);
constexpr Nanoseconds kMaxStop = seconds(2);

// A refresh that does not end is asked for at every tick.
HostileCase ControlCase() {
  return {.name = "control",
          .script = OnPoll(Json(R"({"overall_status":"in_progress",)"
                                R"("createdAt":"2024-01-01T00:00:00Z"})")),
          .is_up = true};
}

// What the exporter must not heed: it would send everything to the foreign port, trust the other
// authority, write down the keys, or log in with the netrc.
std::vector<std::string> Environment(const ConfigFolder& folder, int foreign_port) {
  const std::string proxy = "http://127.0.0.1:" + std::to_string(foreign_port);
  const std::string other_authority = folder.File("other_authority.pem").string();
  std::vector<std::string> variables;
  for (const char* name :
       {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}) {
    variables.push_back(std::string(name) + "=" + proxy);
  }
  variables.push_back("SSL_CERT_FILE=" + other_authority);
  variables.push_back("CURL_CA_BUNDLE=" + other_authority);
  variables.push_back("SSL_CERT_DIR=" + folder.File("").string());
  variables.push_back("SSLKEYLOGFILE=" + folder.File("keys.log").string());
  variables.push_back("NETRC=" + folder.File("home/.netrc").string());
  variables.push_back("HOME=" + folder.File("home").string());
  return variables;
}

class Run {
 public:
  explicit Run(const std::vector<HostileCase>& cases)
      : control_(control_case_, identities_, foreign_.port()) {
    for (const HostileCase& hostile_case : cases) {
      case_runs_.emplace_back(hostile_case, identities_, foreign_.port());
    }
    WriteFiles();
    exporter_.emplace(folder_, Environment(folder_, foreign_.port()));
    scraper_.emplace(exporter_->port());
  }

  HostileReport Execute() {
    WaitForFaults();
    TurnHonest();
    WaitForRecovery();
    LookForLeaks();
    Stop();
    Judge();
    return std::move(report_);
  }

 private:
  void WriteFiles() const;
  void WaitForFaults();
  void TurnHonest();
  void WaitForRecovery();
  bool HaveRecovered(bool but_for_sighup);
  void LookForLeaks();
  void Stop();
  void Judge();
  void JudgeControl();
  void JudgeEnvironment();
  void LookForForeignSecrets(CaseRun& case_run);
  // The exposition that came since the last look, if one did.  The exporter's log is read
  // meanwhile, which would else block it.
  const Shown* LookAtNew();
  Nanoseconds Elapsed() const { return clock_.SteadyNow() - start_; }

  const SystemClock clock_;
  const SteadyTime start_ = clock_.SteadyNow();
  const HostileCase control_case_ = ControlCase();
  const Identities identities_;
  const ConfigFolder folder_;
  const RawServer foreign_{{}};
  std::list<CaseRun> case_runs_;
  CaseRun control_;
  std::optional<ExporterChild> exporter_;
  std::optional<Scraper> scraper_;
  std::shared_ptr<const Shown> shown_;
  HostileReport report_;
};

void Run::WriteFiles() const {
  std::filesystem::create_directory(folder_.File("home"));
  std::filesystem::create_directory(folder_.File("data"));
  folder_.Write("home/.netrc",
                "default login exporter password " + std::string(kCanary) + "-netrc\n", 0600);
  folder_.Write("authority.pem", identities_.authority(), 0644);
  folder_.Write("other_authority.pem", identities_.other_authority(), 0644);
  std::string config =
      "global:\n"
      "  poll_interval: 1s\n"
      "  recheck_interval: 1s\n"
      "  heartbeat_interval: 1s\n"
      "  request_timeout: 5s\n"
      "  allow_http: true\n"
      "targets:\n";
  config += control_.Configure(folder_, identities_);
  for (const CaseRun& case_run : case_runs_) config += case_run.Configure(folder_, identities_);
  folder_.Write("config.yaml", config, 0600);
}

const Shown* Run::LookAtNew() {
  exporter_->process().ErrorOutput();
  auto latest = scraper_->Latest();
  if (latest == nullptr || latest == shown_) return nullptr;
  shown_ = std::move(latest);
  return shown_.get();
}

void Run::WaitForFaults() {
  static_cast<void>(Eventually(kMaxHostility, [this] {
    const Shown* const shown = LookAtNew();
    if (shown == nullptr) return false;
    for (CaseRun& case_run : case_runs_) {
      case_run.Observe(*shown, folder_);
      if (case_run.hostile_case().turns_early && case_run.IsShown() && !case_run.IsHonest()) {
        case_run.TurnHonest(*shown, folder_, identities_);
      }
    }
    return Elapsed() >= kShortestHostility && std::ranges::all_of(case_runs_, &CaseRun::IsShown);
  }));
  if (shown_ == nullptr) throw std::runtime_error("the exporter was never scraped");
}

void Run::TurnHonest() {
  for (CaseRun& case_run : case_runs_) {
    if (!case_run.IsHonest()) case_run.TurnHonest(*shown_, folder_, identities_);
  }
  report_.hostile_seconds = ToSeconds(Elapsed());
}

void Run::WaitForRecovery() {
  static_cast<void>(Eventually(kMaxRecovery, [this] { return HaveRecovered(true); }));
  exporter_->process().Signal(SIGHUP);
  static_cast<void>(Eventually(kMaxRecoveryBySignal, [this] { return HaveRecovered(false); }));
  report_.recovery_seconds = ToSeconds(Elapsed()) - report_.hostile_seconds;
}

bool Run::HaveRecovered(bool but_for_sighup) {
  const Shown* const shown = LookAtNew();
  if (shown == nullptr) return false;
  return std::ranges::all_of(case_runs_, [&](const CaseRun& case_run) {
    const bool waits = but_for_sighup && case_run.hostile_case().recovery == Recovery::kBySighup;
    return waits || case_run.HasRecovered(*shown);
  });
}

void Run::LookForLeaks() {
  report_.leaks = FindLeaksInProcess(exporter_->process().pid());
  constexpr std::string_view kPeak = "VmHWM:";
  const std::string status =
      ReadAll("/proc/" + std::to_string(exporter_->process().pid()) + "/status");
  const std::size_t digits = status.find_first_of("0123456789", status.find(kPeak));
  std::from_chars(status.data() + digits, status.data() + status.size(), report_.peak_memory_kib);
}

void Run::Stop() {
  report_.scrapes = scraper_->Summary();
  scraper_.reset();
  if (exporter_->process().WaitForExit({})) {
    report_.process.push_back("it has ended: " + exporter_->process().ErrorOutput());
    return;
  }
  exporter_->process().Signal(SIGTERM);
  const auto code = exporter_->process().WaitForExit(kMaxStop);
  if (!code) report_.process.push_back("it still runs two seconds after SIGTERM");
  if (code && *code != 0) report_.process.push_back("it ended with " + std::to_string(*code));
}

void Run::Judge() {
  const std::string& log = exporter_->process().ErrorOutput();
  for (CaseRun& case_run : case_runs_) {
    case_run.Finish(*shown_, foreign_.ConnectionCount(), log);
    report_.by_case[case_run.hostile_case().name] = case_run.errors();
    LookForForeignSecrets(case_run);
  }
  for (const auto& leaks : {FindLeaks("standard error", log),
                            FindLeaks("standard output", exporter_->process().Output()),
                            FindLeaksInFolder(folder_.File("data"))}) {
    report_.leaks.insert(report_.leaks.end(), leaks.begin(), leaks.end());
  }
  JudgeControl();
  JudgeEnvironment();
  report_.seconds = ToSeconds(Elapsed());
}

void Run::JudgeControl() {
  const Journal polls = Polls(control_.upstream().appliance().Requests());
  report_.control_polls = polls.size();
  std::vector<Nanoseconds> gaps;
  for (std::size_t i = 1; i < polls.size(); ++i) gaps.push_back(polls[i].at - polls[i - 1].at);
  const Nanoseconds usual = Median(std::move(gaps));
  if (usual <= kMaxUsualGap) return;
  report_.control.push_back("between two polls there usually were " +
                            std::to_string(ToSeconds(usual)) + " s");
}

void Run::JudgeEnvironment() {
  if (foreign_.ConnectionCount() != 0) report_.environment.emplace_back("a proxy was used");
  if (std::filesystem::exists(folder_.File("keys.log"))) {
    report_.environment.emplace_back("the keys of TLS were written down");
  }
}

// Every secret of the tests names the case that it belongs to.
void Run::LookForForeignSecrets(CaseRun& case_run) {
  const std::string& name = case_run.hostile_case().name;
  const bool has_own_password = !case_run.hostile_case().password.empty();
  for (const JournalEntry& entry : case_run.upstream().appliance().Requests()) {
    const std::string text = entry.request.head + entry.request.body;
    if (text.find("Authorization: Basic") != std::string::npos) {
      report_.foreign_secrets.push_back(name + " was sent a password in its header");
    }
    for (std::size_t at = 0; (at = text.find(kCanary, at)) != std::string::npos; ++at) {
      const bool is_own = text.compare(at + kCanary.size() + 1, name.size(), name) == 0;
      if (!is_own && !has_own_password) report_.foreign_secrets.push_back(name + ": " + text);
    }
  }
}

}  // namespace

Nanoseconds Median(std::vector<Nanoseconds> lengths) {
  if (lengths.empty()) return Nanoseconds::max();
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, middle);
  return *middle;
}

std::vector<HostileCase> AllHostileCases() {
  std::vector<HostileCase> all;
  for (const auto& some :
       {TransportCases(), TlsCases(), RedirectCases(), StatusCases(), FramingCases(), BodyCases(),
        ConnectionCases(), LoginCases(), TokenCases()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

HostileReport RunAll(const std::vector<HostileCase>& cases) { return Run(cases).Execute(); }

}  // namespace cckm
