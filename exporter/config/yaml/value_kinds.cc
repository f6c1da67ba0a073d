#include "exporter/config/yaml/value_kinds.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

#include "collectors/base/redact.h"
#include "collectors/base/text.h"
#include "collectors/http/base_url.h"
#include "collectors/http/tls_material.h"
#include "collectors/http/url.h"
#include "collectors/model/refresh.h"
#include "exporter/config/durations.h"
#include "exporter/config/file_pattern.h"
#include "exporter/config/numbers.h"
#include "exporter/config/refresh_id_files.h"
#include "exporter/config/text.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxBuckets = 100;
constexpr std::size_t kMaxTargetPatterns = 100;
constexpr std::size_t kMaxAddresses = 16;
constexpr std::size_t kMaxSuccessTexts = 100;
constexpr std::size_t kMaxSuccessText = 200;

std::string RangeOf(std::string_view smallest, std::string_view largest) {
  return std::string(smallest) + " to " + std::string(largest);
}

std::string RangeOf(const DurationValue& kind) {
  return RangeOf(FormatDuration(kind.smallest), FormatDuration(kind.largest));
}

std::string RangeOf(const SizeValue& kind) {
  return RangeOf(FormatSize(kind.smallest), FormatSize(kind.largest));
}

bool Contains(const DurationValue& kind, Nanoseconds length) {
  if (length == Nanoseconds(0) && kind.may_be_zero) return true;
  return length >= kind.smallest && length <= kind.largest;
}

std::optional<Nanoseconds> DurationAt(const YamlCursor& cursor, const DurationValue& kind) {
  const std::string rule = std::string("must be ") + (kind.may_be_zero ? "0s or " : "") +
                           "a duration from " + RangeOf(kind) + ", written like 15s or 1h30m";
  const auto text = cursor.Text(rule);
  if (!text) return std::nullopt;
  const auto length = ParseDuration(*text);
  if (length && Contains(kind, *length)) return length;
  cursor.ReportError(rule);
  return std::nullopt;
}

// Whether a text is the one word or the other.
YamlCursor::Fits IsOneOf(std::string_view one, std::string_view other) {
  return [=](std::string_view text) { return text == one || text == other; };
}

std::optional<std::string> TextAt(const YamlCursor& cursor, std::string_view rule) {
  return cursor.Text(
      rule, [](std::string_view text) { return !text.empty() && !HasControlCharacter(text); });
}

std::optional<std::filesystem::path> PathAt(const YamlCursor& cursor) {
  const auto text = TextAt(cursor, "must be the path of a file");
  if (!text) return std::nullopt;
  return cursor.Absolute(*text);
}

}  // namespace

void SwitchValue::Read(const YamlCursor& cursor, bool& out) const {
  const auto text = cursor.PlainText("must be true or false", IsOneOf("true", "false"));
  if (text) out = *text == "true";
}

template <typename Number>
void NumberValue<Number>::Read(const YamlCursor& cursor, Number& out) const {
  const std::string rule = "must be a whole number from " + Allowed().range;
  const auto text = cursor.PlainText(rule);
  if (!text) return;
  const auto number = ParseNumber(*text);
  const AllowedValues allowed = Allowed();
  if (!number || *number < allowed.smallest || *number > allowed.largest) {
    return cursor.ReportError(rule);
  }
  out = static_cast<Number>(*number);
}

template <typename Number>
AllowedValues NumberValue<Number>::Allowed() const {
  return {.kind = ValueKind::kNumber,
          .range = RangeOf(std::to_string(smallest), std::to_string(largest)),
          .smallest = static_cast<std::uint64_t>(smallest),
          .largest = static_cast<std::uint64_t>(largest)};
}

template struct NumberValue<std::size_t>;
template struct NumberValue<long>;

void DurationValue::Read(const YamlCursor& cursor, Nanoseconds& out) const {
  if (const auto length = DurationAt(cursor, *this)) out = *length;
}

WrittenValue DurationValue::Write(Nanoseconds value) const {
  return {.text = FormatDuration(value)};
}

AllowedValues DurationValue::Allowed() const {
  return {.kind = ValueKind::kDuration,
          .range = (may_be_zero ? "0s, or " : "") + RangeOf(*this),
          .smallest = static_cast<std::uint64_t>(smallest.count()),
          .largest = static_cast<std::uint64_t>(largest.count()),
          .may_be_zero = may_be_zero};
}

void SizeValue::Read(const YamlCursor& cursor, std::size_t& out) const {
  const std::string rule =
      "must be a size from " + RangeOf(*this) + ", written like 8MiB or 512KiB";
  const auto text = cursor.Text(rule);
  if (!text) return;
  const auto size = ParseSize(*text);
  if (!size || *size < smallest || *size > largest) return cursor.ReportError(rule);
  out = *size;
}

WrittenValue SizeValue::Write(std::size_t value) const { return {.text = FormatSize(value)}; }

AllowedValues SizeValue::Allowed() const {
  return {
      .kind = ValueKind::kSize, .range = RangeOf(*this), .smallest = smallest, .largest = largest};
}

void TextValue::Read(const YamlCursor& cursor, std::string& out) const {
  auto text = TextAt(cursor, "must be text without control characters, and not empty");
  if (text) out = std::move(*text);
}

void PathValue::Read(const YamlCursor& cursor, std::filesystem::path& out) const {
  if (auto path = PathAt(cursor)) out = std::move(*path);
}

void SecretPathValue::Read(const YamlCursor& cursor, std::filesystem::path& out) const {
  auto path = PathAt(cursor);
  if (!path) return;
  if (const auto secret = ReadSecretFile(*path, kind); !secret) {
    cursor.ReportError(secret.error().message);
  }
  out = std::move(*path);
}

void ProxyAuthorityPathValue::Read(const YamlCursor& cursor, std::filesystem::path& out) const {
  PathValue::Read(cursor, out);
  const auto material = ReadTlsMaterial({.proxy_ca_file = out});
  if (!material) cursor.ReportError(material.error().message);
}

void TargetNameValue::Read(const YamlCursor& cursor, std::string& out) const {
  if (auto name = cursor.Text(kTargetNameRule, IsValidTargetName)) out = std::move(*name);
}

AllowedValues TargetNameValue::Allowed() const {
  return {.kind = ValueKind::kTargetName,
          .range = "1 to " + std::to_string(kMaxTargetName) + " characters, no two alike",
          .max_characters = kMaxTargetName};
}

void HostNameValue::Read(const YamlCursor& cursor, std::string& out) const {
  const auto is_host = [](std::string_view text) {
    const auto url = ParseUrl("https://" + std::string(text));
    return url && url->host == text;
  };
  auto text = cursor.Text("must be the host name in the server's certificate", is_host);
  if (text) out = std::move(*text);
}

void ApplianceUrlValue::Read(const YamlCursor& cursor, std::string& out) const {
  const auto text = cursor.Text("must be https://host[:port][/prefix]");
  if (!text) return;
  auto url = ParseUrl(*text);
  if (!url) return cursor.ReportError(url.error());
  out = std::move(url->text);
}

AllowedValues ApplianceUrlValue::Allowed() const {
  return {.kind = ValueKind::kApplianceUrl,
          .range = "`https://host[:port][/prefix]`, " + std::to_string(kMaxUrl) + " bytes",
          .max_characters = kMaxUrl};
}

void ApplianceUrlsValue::Read(const YamlCursor& cursor, std::vector<std::string>& out) const {
  const auto items = cursor.Items();
  if (!items) return;
  if (items->empty() || items->size() > kMaxAddresses) {
    cursor.ReportError("must list 1 to " + std::to_string(kMaxAddresses) + " URLs");
  }
  std::map<std::string, int> lines;
  for (const YamlCursor& item : *items) {
    std::string url;
    ApplianceUrlValue().Read(item, url);
    if (url.empty()) continue;
    const auto [first, is_new] = lines.emplace(CanonicalBaseUrl(url), item.line());
    if (is_new) {
      out.push_back(std::move(url));
    } else {
      item.ReportError("is listed twice; the first is in line " + std::to_string(first->second));
    }
  }
}

AllowedValues ApplianceUrlsValue::Allowed() const {
  return {.kind = ValueKind::kApplianceUrls,
          .range = "1 to " + std::to_string(kMaxAddresses) + " of " +
                   ApplianceUrlValue().Allowed().range,
          .smallest = 1,
          .largest = kMaxAddresses,
          .max_characters = kMaxUrl};
}

void ProxyUrlValue::Read(const YamlCursor& cursor, std::string& out) const {
  const auto text = cursor.Text("must be a URL such as http://proxy:3128");
  if (!text) return;
  auto url = ParseUrl(*text);
  if (!url) return cursor.ReportError(url.error());
  if (url->text.find('/', url->text.find("://") + 3) != std::string::npos) {
    return cursor.ReportError("must have no path: a proxy is a host and a port");
  }
  out = std::move(url->text);
}

AllowedValues ProxyUrlValue::Allowed() const {
  return {
      .kind = ValueKind::kProxyUrl, .range = "`http(s)://host[:port]`", .max_characters = kMaxUrl};
}

void TlsVersionValue::Read(const YamlCursor& cursor, bool& tls13_only) const {
  const auto text = cursor.Text("must be TLS12 or TLS13", IsOneOf("TLS12", "TLS13"));
  if (text) tls13_only = *text == "TLS13";
}

void BucketsValue::Read(const YamlCursor& cursor, std::vector<Nanoseconds>& out) const {
  const auto items = cursor.Items();
  if (!items) return;
  if (items->empty() || items->size() > kMaxBuckets) {
    cursor.ReportError("must list 1 to " + std::to_string(kMaxBuckets) +
                       " durations, ascending, such as [1s, 5s, 1m]");
  }
  out.clear();
  for (const YamlCursor& item : *items) {
    const auto bucket = DurationAt(item, {.smallest = std::chrono::milliseconds(1)});
    if (!bucket) continue;
    if (!out.empty() && *bucket <= out.back()) {
      item.ReportError("must be longer than the bucket before it");
    }
    out.push_back(*bucket);
  }
}

WrittenValue BucketsValue::Write(const std::vector<Nanoseconds>& value) const {
  WrittenValue written{.is_on_one_line = true};
  std::ranges::transform(value, std::back_inserter(written.items), FormatDuration);
  return written;
}

AllowedValues BucketsValue::Allowed() const {
  return {.kind = ValueKind::kBuckets,
          .range = "1 to " + std::to_string(kMaxBuckets) + " durations, ascending",
          .smallest = 1,
          .largest = kMaxBuckets};
}

void RefreshIdsValue::Read(const YamlCursor& cursor, std::vector<std::string>& out) const {
  constexpr std::string_view kRule =
      "must be a refresh ID: 1 to 128 of A-Z a-z 0-9 . _ : -, but neither . nor ..";
  const auto items = cursor.Items().value_or(std::vector<YamlCursor>{});
  out.reserve(items.size());  // so that no ID moves
  std::map<std::string_view, int> lines;
  for (const YamlCursor& item : items) {
    auto id = item.Text(kRule, IsValidRefreshId);
    if (!id) continue;
    const auto first = lines.find(*id);
    if (first != lines.end()) {
      item.ReportError("is listed twice; the first is in line " + std::to_string(first->second));
    } else {
      lines.emplace(out.emplace_back(std::move(*id)), item.line());
    }
  }
}

void RefreshIdFilesValue::Read(const YamlCursor& cursor,
                               std::vector<std::filesystem::path>& out) const {
  for (const YamlCursor& item : cursor.Items().value_or(std::vector<YamlCursor>{})) {
    auto pattern = PathAt(item);
    if (!pattern) continue;
    const RefreshIdProblems problems = CheckRefreshIdFiles(*pattern);
    for (const std::string& error : problems.errors) item.ReportError(error);
    for (const std::string& warning : problems.warnings) item.Warn(warning);
    out.push_back(std::move(*pattern));
  }
}

WrittenValue RefreshIdFilesValue::Write(const std::vector<std::filesystem::path>& value) const {
  return {.items = {value.begin(), value.end()}};
}

void TargetFilesValue::Read(const YamlCursor& cursor, TargetFiles& out) const {
  const auto items = cursor.Items();
  if (!items) return;
  if (items->empty() || items->size() > kMaxTargetPatterns) {
    return cursor.ReportError("must list 1 to " + std::to_string(kMaxTargetPatterns) +
                              " patterns of files, such as [targets/*.yml]");
  }
  std::vector<std::filesystem::path> patterns;
  for (const YamlCursor& item : *items) {
    const auto pattern = PathAt(item);
    if (!pattern) continue;
    const MatchedFiles matches = FindFiles(*pattern);
    if (matches.folder_is_unreadable) {
      item.ReportError("folder of the files of targets " + ShownPath(*pattern) + " cannot be read");
    } else if (matches.files.empty()) {
      item.Warn("matches no file: " + ShownPath(*pattern));
    }
    patterns.push_back(*pattern);
  }
  out = LookAtTargetFiles(std::move(patterns));
  if (out.files.size() <= kMaxTargetFiles) return;
  cursor.ReportError("must match at most " + std::to_string(kMaxTargetFiles) + " files");
}

void SuccessTextsValue::Read(const YamlCursor& cursor, std::vector<std::string>& out) const {
  const auto items = cursor.Items();
  if (!items) return;
  if (items->size() > kMaxSuccessTexts) {
    cursor.ReportError("must list at most " + std::to_string(kMaxSuccessTexts) + " texts");
  }
  for (const YamlCursor& item : *items) {
    std::string text;
    TextValue().Read(item, text);
    if (CountCharacters(text) > kMaxSuccessText) {
      item.ReportError("must not be longer than " + std::to_string(kMaxSuccessText) +
                       " characters");
    } else if (!text.empty()) {
      out.push_back(std::move(text));
    }
  }
}

AllowedValues SuccessTextsValue::Allowed() const {
  return {.kind = ValueKind::kSuccessTexts,
          .range = std::to_string(kMaxSuccessTexts) + " texts of 1 to " +
                   std::to_string(kMaxSuccessText) + " characters",
          .largest = kMaxSuccessTexts,
          .max_characters = kMaxSuccessText};
}

YamlReader UnlessBlank(YamlReader read) {
  return [read = std::move(read)](const YamlCursor& cursor) {
    if (!cursor.IsBlank()) read(cursor);
  };
}

}  // namespace cckm
