// Bytes of the appliance's answers to the model.  The one library that knows simdjson.
//
// Uses simdjson's DOM parser, which checks the whole document, and refuses objects with a duplicate
// key.
//
// Thread-safety: one Decoder belongs to one thread; results own their memory.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/fingerprint.h"
#include "collectors/base/redact.h"
#include "collectors/base/secret.h"
#include "collectors/model/domain.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh.h"
#include "collectors/model/refresh_schedule.h"

namespace cckm {

// Why a body cannot be used.  kind is kJson (no JSON document), kSchema (JSON of another shape, an
// object with a duplicate key, a missing overall_status, a 2xx body that carries codeDesc), kAuth
// or kForbidden (such a body whose codeDesc says so), or kInternal (out of memory).
struct DecodeFailure {
  Error error;
  std::optional<Anomaly> anomaly = {};  // kDuplicateKey where that is the reason
  std::string told_id = {};             // of the job, where it can be told and there is an anomaly
  // It is a list whose entries cannot be told apart: a smaller page of it may be readable.
  bool may_be_one_entry = false;
};

template <typename T>
using Decoded = tl::expected<T, DecodeFailure>;

// How the jobs of a family are to be read.
struct ReadingRules {
  const Family& family;
  // Texts of detailed_status that mean success besides those that always do.
  std::span<const std::string> success_texts = {};
  // A later time is Anomaly::kBadTimestamp and unset; none: no bound.
  std::optional<WallTime> latest_time = {};
};

// What a page of a list says of itself.
struct PageFrame {
  std::optional<std::uint64_t> skip;
  std::optional<std::uint64_t> total;
};

// Entries of a page that were left out.
struct UnusableEntries {
  std::size_t count = 0;
  std::optional<Error> first = {};            // why the first of them was
  std::vector<DecodeFailure> anomalies = {};  // of those with an anomaly and a valid told_id
};

// What the reader of a list knows of entries that it read before.
class KnownEntries {
 public:
  virtual ~KnownEntries() = default;

  struct Known {
    std::uint32_t number = 0;  // the reader's own
    std::size_t size = 0;      // of the entry, in bytes
  };
  // The known entry that is expected next, where the text begins with it byte for byte: an entry
  // that was read then, and of which nothing new would be read now.
  virtual std::optional<Known> Take(std::string_view text) = 0;
  // The entry of this id came in its place.
  virtual void TakeOther(std::string_view id) = 0;
};

// An entry of a page: one that was known, or one of the page's refreshes.
struct PageEntry {
  std::optional<std::uint32_t> known = {};  // its KnownEntries::Known::number
  std::size_t position = 0;                 // else in RefreshPage::refreshes
  Fingerprint fingerprint = {};             // of that one, as it was written; none: not known
};

// One page of a job list.
struct RefreshPage {
  PageFrame frame;
  std::vector<Refresh> refreshes;
  std::vector<PageEntry> entries;  // all that are not unusable, in their order
  UnusableEntries unusable;
  // The body was no list but a job, which may be the answer to another request.
  bool is_single_job = false;
};

// One page of a domain list.
struct DomainPage {
  PageFrame frame;
  std::vector<DomainName> domains;
  UnusableEntries unusable;
};

// One page of the scheduler's configurations: those of the operation cckm_synchronization.
struct SchedulePage {
  PageFrame frame;
  std::vector<RefreshSchedule> schedules;
  std::size_t other_operations = 0;  // entries that belong to something else
  UnusableEntries unusable;
};

// One page of the scheduler's runs: those of that operation, and those that tell none.
struct ScheduleRunPage {
  PageFrame frame;
  std::vector<ScheduleRun> runs;
  std::size_t other_operations = 0;
  // The earliest creation that any entry of the page tells, those of other operations included.
  std::optional<WallTime> oldest_created_at;
  UnusableEntries unusable;
};

// What a login grants.
struct TokenGrant {
  Secret token;                     // visible ASCII, 1 byte to 16 KiB
  std::optional<Nanoseconds> life;  // as the answer says, unchecked
  Secret refresh_token;             // as the token, or empty
  std::optional<Nanoseconds> refresh_token_life;
};

// What an error body says; empty fields where it says nothing.
struct ApiError {
  bool is_told = false;  // the body is an error of the appliance: an object with a codeDesc
  std::int64_t code = 0;
  // Like "NCERRResourceNotFound: Resource not found"; at most 200 characters.
  std::string code_description;
};

// Version of the JSON library in use, as "simdjson/3.0.1".
std::string JsonLibraryVersion();

class Decoder {
 public:
  // `redact` takes the secrets out of texts before they are cut, and of what messages quote.
  explicit Decoder(Redactor redact = [](std::string&) {});
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // The answer to GET <path>/{id}: a job object, that object under a lone "application/json" key,
  // or a list holding it (the entry of that id, or the only entry).  The result's id is `asked_id`;
  // another id in the body is Anomaly::kIdMismatch.
  Decoded<Refresh> DecodeRefresh(std::string_view body, const ReadingRules& rules,
                                 std::string_view asked_id);

  // The answer to GET <path>?skip=&limit=; a single job object, wrapped or not, is a list of one.
  // An entry that cannot be read takes nothing from the others, even where it is no JSON, as long
  // as it is plain where it ends.  `known` may be null: no entry is known.
  Decoded<RefreshPage> DecodeRefreshList(std::string_view body, const ReadingRules& rules,
                                         KnownEntries* known = nullptr);

  // The answer to GET <domain_list_path>?skip=&limit=, entry by entry as above.  An entry that is a
  // job is no domain.  REQUIRES: the family has such a list.
  Decoded<DomainPage> DecodeDomainList(std::string_view body, const Family& family);

  // The answer to GET /api/v1/scheduler/job-configs?skip=&limit=, entry by entry as above.  Of a
  // schedule, at most 10,000 units are kept.  A creation or change later than `latest_time`
  // cannot be read; none: no bound.  A begin or end past the range of WallTime is its end.
  Decoded<SchedulePage> DecodeSchedules(std::string_view body,
                                        std::optional<WallTime> latest_time = {});

  // The answer to GET /api/v1/scheduler/jobs?skip=&limit=, in the same way.
  Decoded<ScheduleRunPage> DecodeScheduleRuns(std::string_view body,
                                              std::optional<WallTime> latest_time = {});

  // The answer to POST /api/v1/auth/tokens; kSchema where it holds no usable token.
  Decoded<TokenGrant> DecodeTokenGrant(std::string_view body);

  // The body of a non-2xx answer; never fails, since it may be anything.
  ApiError DecodeError(std::string_view body);

  // A text of the appliance as a message may quote it: short, in ASCII and without secrets.
  std::string Quotation(std::string_view text) const;

 private:
  struct Parser;

  std::unique_ptr<Parser> parser_;
};

}  // namespace cckm
