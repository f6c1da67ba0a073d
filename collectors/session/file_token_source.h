// A bearer token from a file that something else renews.
//
// Thread-safety: as TokenSource.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "collectors/base/clock.h"
#include "collectors/session/token_source.h"

namespace cckm {

// What tells one version of a file from the next without reading it.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

class FileTokenSource final : public TokenSource {
 public:
  // Reads nothing yet.  REQUIRES: `clock` outlives this.
  FileTokenSource(std::filesystem::path path, const Clock& clock);

  // Looks at the file at most once a second, and reads it if it changed or could not be read. While
  // it cannot be read as a secret of visible ASCII (ErrorKind::kAuth), no earlier token stands in
  // for it: who takes the file away wants the token out of use.
  //
  // A refused token is returned again: the appliance may come to accept it without a new file.
  Result<std::shared_ptr<const Secret>> Current() override;

  void Accepted(const std::shared_ptr<const Secret>& token) override;
  void Refused(const std::shared_ptr<const Secret>& token) override;

  // True from the first reading; a new token counts as good until it is refused.
  bool authenticated() const override;

 private:
  void Look();
  void Read();

  const std::filesystem::path path_;
  const Clock& clock_;

  std::optional<SteadyTime> last_look_;
  std::optional<FileIdentity> identity_;  // of the file that was read last
  std::shared_ptr<const Secret> token_;   // null while error_ says why
  Error error_;
  bool refused_ = false;
};

}  // namespace cckm
