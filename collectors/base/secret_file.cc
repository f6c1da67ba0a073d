#include "collectors/base/secret_file.h"

#include <string>
#include <string_view>

#include "collectors/base/redact.h"
#include "collectors/base/text.h"
#include "collectors/base/whole_file.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

bool BeginsWithBearer(std::string_view text) {
  constexpr std::string_view kBearer = "Bearer ";
  return EqualsWithoutCase(text.substr(0, kBearer.size()), kBearer);
}

// Empty if the text may be a token.
std::string_view ObjectionToToken(std::string_view text) {
  if (BeginsWithBearer(text)) return " begins with \"Bearer\": write the bare token";
  if (!IsVisibleAscii(text)) {
    return " holds a character that no token has, such as a blank: write the bare token";
  }
  return {};
}

// Empty if the text may be a password.  A blank at an end is a slip far more often than it is
// meant, and a wrong password may lock the account.
std::string_view ObjectionToPassword(std::string_view text) {
  if (text.front() == ' ' || text.back() == ' ') {
    return " begins or ends with a blank: write the password alone";
  }
  if (HasControlCharacter(text)) {
    return " holds a control character, such as a tab: write the password alone";
  }
  return {};
}

// Empty if the text may be a secret.
std::string_view ObjectionTo(std::string_view text, SecretKind kind) {
  if (text.empty()) return " is empty: write the secret into it";
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return " holds a line break or a NUL byte: it must hold one secret on one line";
  }
  return kind == SecretKind::kToken ? ObjectionToToken(text) : ObjectionToPassword(text);
}

}  // namespace

Result<Secret> ReadSecretFile(const std::filesystem::path& path, SecretKind kind) {
  const auto refuse = [&path](std::string_view objection) {
    return Fail(ErrorKind::kAuth, "the secret file " + ShownPath(path) + std::string(objection));
  };
  const auto content = ReadTextFile(path, FilePrivacy::kSecret, kMaxBytes);
  if (!content) return refuse(content.error());
  std::string_view secret = content->view();
  if (secret.ends_with('\n')) secret.remove_suffix(1);
  const std::string_view objection = ObjectionTo(secret, kind);
  if (!objection.empty()) return refuse(objection);
  return Secret(std::string(secret));
}

}  // namespace cckm
