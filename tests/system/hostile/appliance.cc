#include "tests/system/hostile/appliance.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace cckm {
namespace {

constexpr std::string_view kIdOfSample = "8155fe39-570a-4132-92ca-e40b7640c7dc";

std::string ReadSample() {
  const std::string path = std::string(CCKM_FIXTURES_DIR) + "/samples/dsm_refresh_completed.json";
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.find(kIdOfSample) == std::string::npos) throw std::runtime_error("cannot use " + path);
  return text;
}

void Replace(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

Journal Filter(const Journal& journal, bool logins) {
  Journal some;
  std::ranges::copy_if(journal, std::back_inserter(some), [logins](const JournalEntry& entry) {
    return entry.request.IsLogin() == logins;
  });
  return some;
}

}  // namespace

std::string Request::Path() const {
  const std::size_t start = head.find(' ') + 1;
  return head.substr(start, head.find_first_of(" ?", start) - start);
}

Appliance::Appliance(std::string token)
    : name_(std::move(token)), refresh_(ReadSample()), tokens_{name_} {}

std::string Appliance::NewToken() {
  const MutexLock lock(mutex_);
  return *tokens_.insert(name_ + "." + std::to_string(++granted_)).first;
}

void Appliance::RevokeTokens() {
  const MutexLock lock(mutex_);
  tokens_.clear();
}

bool Appliance::Takes(const Request& request) const {
  constexpr std::string_view kBefore = "\r\nAuthorization: Bearer ";
  const std::size_t found = request.head.find(kBefore);
  if (found == std::string::npos) return false;
  const std::size_t start = found + kBefore.size();
  const MutexLock lock(mutex_);
  return tokens_.contains(request.head.substr(start, request.head.find('\r', start) - start));
}

std::string Appliance::Answer(const Request& request) {
  if (request.IsLogin()) return HttpText("200 OK", kJsonType, GrantOf(NewToken()));
  if (!Takes(request)) return HttpText("401 Unauthorized", kJsonType, R"({"code":1})");
  if (request.IsList()) return HttpText("200 OK", kJsonType, kEmptyList);
  const std::string path = request.Path();
  return HttpText("200 OK", kJsonType, Refresh(path.substr(path.rfind('/') + 1)));
}

std::string Appliance::Refresh(const std::string& id) const {
  std::string text = refresh_;
  Replace(text, kIdOfSample, id);
  return text;
}

void Appliance::Note(const Request& request) {
  const MutexLock lock(mutex_);
  journal_.push_back({clock_.SteadyNow(), request});
  if (!request.IsLogin()) ++poll_count_;
}

Journal Appliance::Requests() const {
  const MutexLock lock(mutex_);
  return journal_;
}

std::size_t Appliance::PollCount() const {
  const MutexLock lock(mutex_);
  return poll_count_;
}

Journal Logins(const Journal& journal) { return Filter(journal, true); }

Journal Polls(const Journal& journal) { return Filter(journal, false); }

std::string HttpText(const std::string& status, const std::string& headers,
                     const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string GrantOf(const std::string& token) {
  return R"({"jwt":")" + token + R"(","duration":300,"token_type":"Bearer"})";
}

}  // namespace cckm
