#include "exporter/config/yaml/yaml_readers.h"

#include <utility>

#include "collectors/base/text.h"
#include "exporter/config/durations.h"
#include "exporter/config/numbers.h"
#include "exporter/config/text.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

std::string RuleOf(const DurationRange& range) {
  return std::string("must be ") + (range.may_be_zero ? "0s or " : "") + "a duration from " +
         FormatDuration(range.smallest) + " to " + FormatDuration(range.largest) +
         ", written like 15s or 1h30m";
}

bool Contains(const DurationRange& range, Nanoseconds length) {
  if (length == Nanoseconds(0) && range.may_be_zero) return true;
  return length >= range.smallest && length <= range.largest;
}

std::optional<Nanoseconds> DurationAt(const YamlCursor& cursor, const DurationRange& range) {
  const std::string rule = RuleOf(range);
  const auto text = cursor.Text(rule);
  if (!text) return std::nullopt;
  const auto length = ParseDuration(*text);
  if (length && Contains(range, *length)) return length;
  cursor.ReportError(rule);
  return std::nullopt;
}

std::optional<std::uint64_t> NumberAt(const YamlCursor& cursor, std::uint64_t smallest,
                                      std::uint64_t largest) {
  const std::string rule =
      "must be a whole number from " + std::to_string(smallest) + " to " + std::to_string(largest);
  const auto text = cursor.PlainText(rule);
  if (!text) return std::nullopt;
  const auto number = ParseNumber(*text);
  if (number && *number >= smallest && *number <= largest) return number;
  cursor.ReportError(rule);
  return std::nullopt;
}

std::optional<std::string> TextAt(const YamlCursor& cursor, std::string_view rule) {
  auto text = cursor.Text(rule);
  if (text && (text->empty() || HasControlCharacter(*text))) {
    cursor.ReportError(std::string(rule));
    return std::nullopt;
  }
  return text;
}

std::optional<std::filesystem::path> PathAt(const YamlCursor& cursor) {
  const auto text = TextAt(cursor, "must be the path of a file");
  if (!text) return std::nullopt;
  return cursor.Absolute(*text);
}

}  // namespace

YamlReader ReadDuration(Nanoseconds& out, DurationRange range) {
  return [&out, range](const YamlCursor& cursor) {
    if (const auto length = DurationAt(cursor, range)) out = *length;
  };
}

YamlReader ReadBuckets(std::vector<Nanoseconds>& out) {
  return [&out](const YamlCursor& cursor) {
    constexpr std::size_t kMaxBuckets = 100;
    const auto items = cursor.Items();
    if (!items) return;
    if (items->empty() || items->size() > kMaxBuckets) {
      cursor.ReportError("must list 1 to 100 durations, ascending, such as [1s, 5s, 1m]");
    }
    std::vector<Nanoseconds> buckets;
    for (const YamlCursor& item : *items) {
      const auto bucket = DurationAt(item, {milliseconds(1)});
      if (!bucket) continue;
      if (!buckets.empty() && *bucket <= buckets.back()) {
        item.ReportError("must be longer than the bucket before it");
      }
      buckets.push_back(*bucket);
    }
    out = std::move(buckets);
  };
}

YamlReader ReadSize(std::size_t& out, std::size_t smallest, std::size_t largest) {
  return [&out, smallest, largest](const YamlCursor& cursor) {
    const std::string rule = "must be a size from " + FormatSize(smallest) + " to " +
                             FormatSize(largest) + ", written like 8MiB or 512KiB";
    const auto text = cursor.Text(rule);
    if (!text) return;
    const auto size = ParseSize(*text);
    if (size && *size >= smallest && *size <= largest) {
      out = *size;
    } else {
      cursor.ReportError(rule);
    }
  };
}

YamlReader ReadNumber(std::size_t& out, std::size_t smallest, std::size_t largest) {
  return [&out, smallest, largest](const YamlCursor& cursor) {
    if (const auto number = NumberAt(cursor, smallest, largest)) out = *number;
  };
}

YamlReader ReadNumber(long& out, long smallest, long largest) {
  return [&out, smallest, largest](const YamlCursor& cursor) {
    const auto number =
        NumberAt(cursor, static_cast<std::uint64_t>(smallest), static_cast<std::uint64_t>(largest));
    if (number) out = static_cast<long>(*number);
  };
}

YamlReader ReadBoolean(bool& out) {
  return [&out](const YamlCursor& cursor) {
    constexpr std::string_view kRule = "must be true or false";
    const auto text = cursor.PlainText(kRule);
    if (!text) return;
    if (*text == "true" || *text == "false") {
      out = *text == "true";
    } else {
      cursor.ReportError(std::string(kRule));
    }
  };
}

YamlReader ReadText(std::string& out) {
  return [&out](const YamlCursor& cursor) {
    auto text = TextAt(cursor, "must be text without control characters, and not empty");
    if (text) out = std::move(*text);
  };
}

YamlReader ReadPath(std::filesystem::path& out) {
  return [&out](const YamlCursor& cursor) {
    if (auto path = PathAt(cursor)) out = std::move(*path);
  };
}

YamlReader ReadSecretPath(std::filesystem::path& out, SecretKind kind) {
  return [&out, kind](const YamlCursor& cursor) {
    auto path = PathAt(cursor);
    if (!path) return;
    if (const auto secret = ReadSecretFile(*path, kind); !secret) {
      cursor.ReportError(secret.error().message);
    }
    out = std::move(*path);
  };
}

YamlReader UnlessBlank(YamlReader read) {
  return [read = std::move(read)](const YamlCursor& cursor) {
    if (!cursor.IsBlank()) read(cursor);
  };
}

YamlReader Remember(std::optional<YamlCursor>& out) {
  return [&out](const YamlCursor& cursor) { out.emplace(cursor); };
}

}  // namespace cckm
