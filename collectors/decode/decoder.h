// Bytes of the appliance's answers to the model.  The one room that knows simdjson.
//
// Uses simdjson's DOM parser, which checks the whole document, and refuses objects with a duplicate
// key.
//
// Thread-safety: one Decoder belongs to one thread; results own their memory.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/secret.h"
#include "collectors/model/domain.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh.h"

namespace cckm {

// Why a body cannot be used.  kind is kJson (no JSON document), kSchema (JSON of another shape, an
// object with a duplicate key, a missing overall_status, a 2xx body that carries codeDesc), kAuth
// or kForbidden (such a body whose codeDesc says so), or kInternal (out of memory).
struct DecodeFailure {
  Error error;
  std::optional<Anomaly> anomaly;  // kDuplicateKey where that is the reason
};

template <typename T>
using Decoded = tl::expected<T, DecodeFailure>;

// One page of a job list.
struct RefreshPage {
  std::uint64_t skip = 0;
  std::uint64_t limit = 0;
  std::optional<std::uint64_t> total;
  std::vector<Refresh> refreshes;
  // Entries left out because they have no usable id or are no readable job.
  std::size_t unusable_entries = 0;
};

// One page of a domain list.
struct DomainPage {
  std::optional<std::uint64_t> total;
  std::vector<DomainName> domains;
  std::size_t unusable_entries = 0;  // left out because they have no id
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
  std::int64_t code = 0;
  // Like "NCERRResourceNotFound: Resource not found"; at most 200 characters.
  std::string code_description;
  std::string message;  // at most 200 characters
};

// Version of the JSON library in use, as "simdjson/3.0.1".
std::string JsonLibraryVersion();

class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // The answer to GET <path>/{id}: a job object, that object under a lone "application/json" key,
  // or a list holding it (the entry of that id, or the only entry).  The result's id is `asked_id`;
  // another id in the body is Anomaly::kIdMismatch.
  Decoded<Refresh> DecodeRefresh(std::string_view body, const Family& family,
                                 std::string_view asked_id);

  // The answer to GET <path>?skip=&limit=; a single job object, wrapped or not, is a list of one.
  Decoded<RefreshPage> DecodeRefreshList(std::string_view body, const Family& family);

  // The answer to GET <domain_list_path>?skip=&limit=.  REQUIRES: the family has such a list.
  Decoded<DomainPage> DecodeDomainList(std::string_view body, const Family& family);

  // The answer to POST /api/v1/auth/tokens; kSchema where it holds no usable token.
  Decoded<TokenGrant> DecodeTokenGrant(std::string_view body);

  // The body of a non-2xx answer; never fails, since it may be anything.
  ApiError DecodeError(std::string_view body);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace cckm
