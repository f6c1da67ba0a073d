#include "tests/simulator/query.h"

#include <charconv>

namespace cckm::simulator {
namespace {

// The byte that the two hexadecimal digits at the front of `text` stand for.
std::optional<char> DecodeByte(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  unsigned char byte = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 2, byte, 16);
  if (error != std::errc() || end != text.data() + 2) return std::nullopt;
  return static_cast<char>(byte);
}

std::string Decode(std::string_view text) {
  std::string decoded;
  for (std::size_t place = 0; place < text.size(); ++place) {
    const char character = text[place];
    const auto byte = character == '%' ? DecodeByte(text.substr(place + 1)) : std::nullopt;
    if (byte) place += 2;
    decoded += byte.value_or(character == '+' ? ' ' : character);
  }
  return decoded;
}

// Calls use(part) for each part between separators, empty ones left out.
template <typename Use>
void ForEachPart(std::string_view text, char separator, Use use) {
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    if (!part.empty()) use(part);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Query::Query(std::string_view text) {
  ForEachPart(text, '&', [this](std::string_view part) {
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    parameters_.emplace_back(Decode(part.substr(0, equals)), Decode(value));
  });
}

std::optional<std::string_view> Query::Find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Query::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : parameters_) names.push_back(name);
  return names;
}

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  ForEachPart(text, ',', [&](std::string_view part) { parts.emplace_back(part); });
  return parts;
}

}  // namespace cckm::simulator
