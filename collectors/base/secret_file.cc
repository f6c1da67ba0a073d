#include "collectors/base/secret_file.h"

#include <string>
#include <string_view>

#include "collectors/base/whole_file.h"

namespace cckm {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

std::string_view WithoutLineBreak(std::string_view content) {
  if (content.ends_with('\n')) content.remove_suffix(content.ends_with("\r\n") ? 2 : 1);
  return content;
}

// Empty if the text may be a secret.
std::string_view ObjectionTo(std::string_view secret) {
  if (secret.empty()) return " is empty: write the secret into it";
  if (secret.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return " holds a line break or a NUL byte: it must hold one secret on one line";
  }
  return {};
}

}  // namespace

Result<Secret> ReadSecretFile(const std::filesystem::path& path) {
  const auto refuse = [&path](std::string_view objection) {
    return Fail(ErrorKind::kAuth, "the secret file " + path.string() + std::string(objection));
  };
  const auto content = ReadWholeFile(path, FilePrivacy::kSecret, kMostBytes);
  if (!content) return refuse(content.error());
  const std::string_view secret = WithoutLineBreak(content->view());
  const std::string_view objection = ObjectionTo(secret);
  if (!objection.empty()) return refuse(objection);
  return Secret(std::string(secret));
}

}  // namespace cckm
