#include "collectors/decode/json_reader.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "collectors/decode/huge_numbers.h"

namespace cckm {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kWrapper = "application/json";

tl::unexpected<DecodeFailure> Unusable(ErrorKind kind, std::string message) {
  return tl::make_unexpected(DecodeFailure{.error = {kind, std::move(message)}});
}

tl::unexpected<DecodeFailure> ParserFailure(simdjson::error_code error) {
  const ErrorKind kind = error == simdjson::MEMALLOC ? ErrorKind::kInternal : ErrorKind::kJson;
  return Unusable(kind, "the body is not a JSON document (simdjson error " +
                            std::to_string(static_cast<int>(error)) + ")");
}

simdjson::dom::element Unwrap(simdjson::dom::element root) {
  const auto object = AsObject(root);
  if (!object || object->size() != 1) return root;
  const auto field = *object->begin();
  return field.key == kWrapper ? field.value : root;
}

// The id that the document tells, unless it may tell two.
std::string_view ToldId(simdjson::dom::element root, std::string_view doubled_key) {
  const auto object = AsObject(Unwrap(root));
  if (!object || doubled_key == "id") return {};
  return StringMember(*object, "id").value_or("");
}

}  // namespace

Decoded<simdjson::dom::object> JsonReader::Read(std::string_view body) {
  const auto root = Parse(body);
  if (!root) return tl::make_unexpected(root.error());
  if (const auto key = duplicate_keys_.Find(*root)) return DoubledKey(*root, *key);
  const auto object = AsObject(Unwrap(*root));
  if (!object) return Unusable(ErrorKind::kSchema, "the body is not a JSON object");
  return *object;
}

tl::unexpected<DecodeFailure> JsonReader::DoubledKey(simdjson::dom::element root,
                                                     std::string_view key) const {
  return tl::make_unexpected(
      DecodeFailure{.error = {ErrorKind::kSchema,
                              "an object has the key \"" + shortener_.Quotation(key) + "\" twice"},
                    .anomaly = Anomaly::kDuplicateKey,
                    .told_id = std::string(ToldId(root, key))});
}

// Newer versions of simdjson skip a byte order mark; RFC 8259 lets a reader refuse it.
Decoded<simdjson::dom::element> JsonReader::Parse(std::string_view body) {
  if (body.starts_with(kByteOrderMark)) {
    return Unusable(ErrorKind::kJson, "the body starts with a byte order mark");
  }
  const std::size_t needed = body.size() + simdjson::SIMDJSON_PADDING;
  if (padded_body_.size() < needed) padded_body_.resize(needed);
  if (!body.empty()) std::memcpy(padded_body_.data(), body.data(), body.size());
  simdjson::dom::element root;
  constexpr bool kCopyToPad = false;
  auto error = parser_.parse(padded_body_.data(), body.size(), kCopyToPad).get(root);
  if (error != simdjson::SUCCESS && BlankHugeNumbers(std::span(padded_body_).first(body.size()))) {
    error = parser_.parse(padded_body_.data(), body.size(), kCopyToPad).get(root);
  }
  if (error != simdjson::SUCCESS) return ParserFailure(error);
  return root;
}

std::optional<simdjson::dom::element> Member(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::element element;
  if (object.at_key(name).get(element) != simdjson::SUCCESS || element.is_null()) {
    return std::nullopt;
  }
  return element;
}

std::optional<simdjson::dom::object> AsObject(simdjson::dom::element element) {
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

std::optional<std::string_view> AsString(simdjson::dom::element element) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<std::string_view> StringMember(simdjson::dom::object object, std::string_view name) {
  const auto member = Member(object, name);
  if (!member) return std::nullopt;
  return AsString(*member);
}

}  // namespace cckm
