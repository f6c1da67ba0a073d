// What an honest appliance answers: logins, and refreshes to whoever shows a token of its own.
//
// Also the journal of what it was asked, and when.
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"

namespace cckm {

struct Request {
  std::string head;  // with the empty line
  std::string body;

  bool IsLogin() const { return head.starts_with("POST /api/v1/auth/tokens "); }
  bool IsList() const { return head.find("?skip=") != std::string::npos; }
  std::string Path() const;
};

struct JournalEntry {
  SteadyTime at{};
  Request request;
};
using Journal = std::vector<JournalEntry>;

class Appliance {
 public:
  // `token` is good from the start, and until it is revoked.  Every refresh is completed.  Throws
  // std::runtime_error if the fixture cannot be read.
  explicit Appliance(std::string token);

  // A new token, good until it is revoked.
  std::string NewToken();
  void RevokeTokens();
  bool Takes(const Request& request) const;

  // A complete HTTP answer.
  std::string Answer(const Request& request);
  // The body about a refresh.
  std::string Refresh(const std::string& id) const;

  void Note(const Request& request);
  Journal Requests() const;
  std::size_t PollCount() const;

 private:
  const std::string name_;  // of its tokens
  const std::string refresh_;
  const SystemClock clock_;

  mutable Mutex mutex_;
  std::set<std::string> tokens_ CCKM_GUARDED_BY(mutex_);
  int granted_ CCKM_GUARDED_BY(mutex_) = 0;
  Journal journal_ CCKM_GUARDED_BY(mutex_);
  std::size_t poll_count_ CCKM_GUARDED_BY(mutex_) = 0;
};

// The entries that are logins, and those that are not.
Journal Logins(const Journal& journal);
Journal Polls(const Journal& journal);

// An HTTP/1.1 answer: `status` is what follows the version, `headers` are whole lines.
std::string HttpText(const std::string& status, const std::string& headers,
                     const std::string& body);
inline constexpr const char* kJsonType = "Content-Type: application/json\r\n";
inline constexpr const char* kEmptyList = R"({"skip":0,"limit":100,"total":0,"resources":[]})";
std::string GrantOf(const std::string& token);

}  // namespace cckm
