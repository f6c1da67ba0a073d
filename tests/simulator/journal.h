// What the simulated appliance's clients did, for a test to ask afterwards.  No password and no
// token is in it.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace cckm::simulator {

class Journal {
 public:
  // A request under way; it ends with the object.
  class Visit {
   public:
    ~Visit() { journal_.Leave(login_); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    friend class Journal;
    Visit(Journal& journal, bool login) : journal_(journal), login_(login) {}

    Journal& journal_;
    const bool login_;
  };

  // The journal must outlive the result.
  [[nodiscard]] Visit Enter(bool login, bool first_of_connection);

  // `status`: 0 for a connection that was closed without an answer.
  void NoteAnswer(int status);
  void NoteFault();
  void NoteExpiredToken();
  void NoteLoginGranted(std::string_view grant_type);
  void NoteLoginRejected();

  // `body`: the JSON object that came.  Keeps its fields but for password and refresh_token, and
  // of those that the API does not know only that they were there.
  void NoteLoginFields(std::string_view body);

  // One JSON object: the members of Counts, by their names.
  std::string Render() const;

  // Forgets all but what is under way.
  void Clear();

 private:
  struct Counts {
    std::map<std::string, std::uint64_t, std::less<>> logins_granted;  // by grant_type
    std::uint64_t logins_rejected = 0;  // by the appliance itself, not by a fault
    std::uint64_t most_logins_at_once = 0;
    std::uint64_t requests = 0;               // of the API, with logins and what a fault hit
    std::uint64_t requests_answered_401 = 0;  // of these
    std::uint64_t requests_with_expired_token = 0;
    std::uint64_t most_requests_at_once = 0;  // of the API, with logins
    std::uint64_t connections = 0;            // whose first request was none to /simulator/
    std::uint64_t faults = 0;                 // requests that one was for
    std::string last_login = "{}";            // JSON
  };

  void Leave(bool login);

  mutable std::mutex mutex_;
  // Below this line guarded by mutex_.
  Counts counts_;
  std::uint64_t requests_under_way_ = 0;
  std::uint64_t logins_under_way_ = 0;
};

}  // namespace cckm::simulator
