#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/model/family.h"
#include "exporter/config/durations.h"
#include "exporter/config/numbers.h"
#include "exporter/config/yaml/config_keys.h"
#include "tests/docs/reference_pages.h"

namespace cckm {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNoControl = R"(^[^\u0000-\u001f\u007f-\u009f]*$)";
constexpr std::string_view kHost = R"((?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*))";
constexpr std::string_view kPort = "(?::0*[1-9][0-9]{0,4})?";

std::string SomeDigits(std::size_t count) {
  if (count == 0) return "";
  return count == 1 ? "[0-9]" : "[0-9]{" + std::to_string(count) + "}";
}

// A pattern of the whole numbers up to the largest, zeros before them included.
std::string AtMost(std::uint64_t largest) {
  const std::string digits = std::to_string(largest);
  std::string pattern = "0*(?:";
  if (digits.size() > 1) pattern += "[0-9]{1," + std::to_string(digits.size() - 1) + "}|";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == '0') continue;
    const std::string below =
        digits[i] == '1' ? "0" : "[0-" + std::string(1, static_cast<char>(digits[i] - 1)) + "]";
    pattern += digits.substr(0, i) + below + SomeDigits(digits.size() - i - 1) + "|";
  }
  return pattern + digits + ")";
}

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

// Text such as 15s or 1h30m, from a power of ten of milliseconds to a year.
std::string DurationPattern(const AllowedValues& allowed) {
  constexpr std::uint64_t kMillisecond = 1'000'000;  // in nanoseconds
  constexpr std::uint64_t kSecond = 1'000 * kMillisecond;
  constexpr std::array<Unit, 7> kUnits = {{{"y", 31'536'000 * kSecond},
                                           {"w", 604'800 * kSecond},
                                           {"d", 86'400 * kSecond},
                                           {"h", 3'600 * kSecond},
                                           {"m", 60 * kSecond},
                                           {"s", kSecond},
                                           {"ms", kMillisecond}}};
  std::string parts;
  for (const Unit& unit : kUnits) {
    parts += "(?:" + AtMost(allowed.largest / unit.size) + std::string(unit.name) + ")?";
  }
  const std::size_t zeros = std::to_string(allowed.smallest / kMillisecond).size() - 1;
  std::string pattern = R"(^(?=.)(?=.*(?:[1-9][0-9]*(?:[ywdhs]|m(?!s))|[1-9][0-9]{)" +
                        std::to_string(zeros) + ",}ms))(?!0*1y.*[1-9])" + parts + "$";
  if (allowed.may_be_zero) pattern += "|^(?:0+(?:[ywdhs]|m(?!s)|ms))+$|^0$";
  return pattern;
}

Json DurationSchema(const AllowedValues& allowed) {
  Json schema;
  schema["type"] = allowed.may_be_zero ? Json{"string", "integer"} : Json("string");
  if (allowed.may_be_zero) schema["maximum"] = 0;
  schema["pattern"] = DurationPattern(allowed);
  const std::string least = FormatDuration(Nanoseconds(allowed.smallest));
  const std::string most = FormatDuration(Nanoseconds(allowed.largest));
  schema["patternErrorMessage"] = std::string("must be ") + (allowed.may_be_zero ? "0s or " : "") +
                                  "a duration from " + least + " to " + most +
                                  ", written like 15s or 1h30m";
  return schema;
}

// Text such as 8MiB, or a number of bytes.
Json SizeSchema(const AllowedValues& allowed) {
  constexpr std::array<Unit, 4> kUnits = {
      {{"B", 1}, {"KiB", 1U << 10U}, {"MiB", 1U << 20U}, {"GiB", 1U << 30U}}};
  std::string sizes;
  for (const Unit& unit : kUnits) {
    sizes += AtMost(allowed.largest / unit.size) + std::string(unit.name) + "|";
  }
  const std::string too_few = "0*B?$|" + AtMost(allowed.smallest - 1) + "B?$|0+[KMGT]iB$";
  return {{"type", {"integer", "string"}},
          {"minimum", allowed.smallest},
          {"maximum", allowed.largest},
          {"pattern", "^(?!" + too_few + ")(?:" + sizes + AtMost(allowed.largest) + ")$"},
          {"patternErrorMessage",
           "must be a size from " + allowed.range + ", written like 8MiB or 512KiB"}};
}

// An unquoted number is a text to the exporter.
Json TextSchema() {
  return {{"type", {"string", "integer"}}, {"minLength", 1}, {"pattern", kNoControl}};
}

Json TextUpTo(std::size_t characters) {
  Json schema = TextSchema();
  schema["maxLength"] = characters;
  return schema;
}

Json ListOf(Json item) { return {{"type", {"array", "null"}}, {"items", std::move(item)}}; }

Json UrlSchema(const AllowedValues& allowed, std::string_view after_the_port) {
  return {{"type", "string"},
          {"maxLength", allowed.max_characters},
          {"pattern", "^https?://" + std::string(kHost) + std::string(kPort) +
                          std::string(after_the_port) + "$"}};
}

Json BucketsSchema(const AllowedValues& allowed) {
  constexpr std::uint64_t kMillisecond = 1'000'000;
  const AllowedValues bucket{
      .kind = ValueKind::kDuration,
      .smallest = kMillisecond,
      .largest = static_cast<std::uint64_t>(Nanoseconds(std::chrono::days(365)).count())};
  return {{"type", "array"},
          {"minItems", allowed.smallest},
          {"maxItems", allowed.largest},
          {"items", DurationSchema(bucket)}};
}

Json RefreshIdsSchema() {
  Json schema = ListOf({{"type", {"string", "integer"}},
                        {"minimum", 0},
                        {"pattern", R"(^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$)"}});
  schema["uniqueItems"] = true;
  return schema;
}

Json ApplianceUrlSchema(const AllowedValues& allowed) {
  Json schema = UrlSchema(allowed, R"((?:/[^?#\s]*)?)");
  schema["not"]["pattern"] = R"([^/:]/+[aA][pP][iI](?:/+[vV]1)?/*$)";
  return schema;
}

Json ApplianceUrlsSchema(const AllowedValues& allowed) {
  return {{"type", "array"},
          {"minItems", allowed.smallest},
          {"maxItems", allowed.largest},
          {"uniqueItems", true},
          {"items", ApplianceUrlSchema(allowed)}};
}

Json ProxyUserSchema() {
  Json schema = TextSchema();
  schema["pattern"] = R"(^[^:\u0000-\u001f\u007f-\u009f]*$)";
  return schema;
}

Json SuccessTextsSchema(const AllowedValues& allowed) {
  Json schema = ListOf(TextUpTo(allowed.max_characters));
  schema["maxItems"] = allowed.largest;
  return schema;
}

struct KindSchema {
  ValueKind kind;
  Json (*schema)(const AllowedValues& allowed);
};

constexpr std::array kKindSchemas = std::to_array<KindSchema>({
    {ValueKind::kSwitch,
     [](const AllowedValues&) -> Json {
       return {{"type", "boolean"}};
     }},
    {ValueKind::kNumber,
     [](const AllowedValues& a) -> Json {
       return {{"type", "integer"}, {"minimum", a.smallest}, {"maximum", a.largest}};
     }},
    {ValueKind::kDuration, DurationSchema},
    {ValueKind::kSize, SizeSchema},
    {ValueKind::kText, [](const AllowedValues&) { return TextSchema(); }},
    {ValueKind::kProxyUser, [](const AllowedValues&) { return ProxyUserSchema(); }},
    {ValueKind::kPath, [](const AllowedValues&) { return TextSchema(); }},
    {ValueKind::kTargetName, [](const AllowedValues& a) { return TextUpTo(a.max_characters); }},
    {ValueKind::kHostName,
     [](const AllowedValues&) -> Json {
       return {{"type", {"string", "integer"}}, {"pattern", "^" + std::string(kHost) + "$"}};
     }},
    {ValueKind::kApplianceUrl, ApplianceUrlSchema},
    {ValueKind::kApplianceUrls, ApplianceUrlsSchema},
    {ValueKind::kProxyUrl, [](const AllowedValues& a) { return UrlSchema(a, "/*"); }},
    {ValueKind::kTlsVersion,
     [](const AllowedValues&) -> Json {
       return {{"enum", {"TLS12", "TLS13"}}};
     }},
    {ValueKind::kBuckets, BucketsSchema},
    {ValueKind::kRefreshIds, [](const AllowedValues&) { return RefreshIdsSchema(); }},
    {ValueKind::kPathPatterns, [](const AllowedValues&) { return ListOf(TextSchema()); }},
    {ValueKind::kSuccessTexts, SuccessTextsSchema},
    {ValueKind::kPattern, [](const AllowedValues& a) { return TextUpTo(a.max_characters); }},
    {ValueKind::kLinks,
     [](const AllowedValues& a) -> Json {
       Json url = TextUpTo(a.max_characters);
       url["pattern"] = "^https?://[!-~]+$";
       return {{"type", {"object", "null"}},
               {"maxProperties", a.largest},
               {"additionalProperties", url}};
     }},
    {ValueKind::kTenancyDomains,
     [](const AllowedValues& a) -> Json {
       return {{"type", "array"},
               {"items", TextSchema()},
               {"minItems", a.smallest},
               {"maxItems", a.largest},
               {"uniqueItems", true}};
     }},
    {ValueKind::kSeverity,
     [](const AllowedValues&) -> Json {
       return {{"enum", kSeverityNames}};
     }},
});

// A sentence without Markdown.
std::string Plain(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends_link = text.substr(i).starts_with("](");
    if (ends_link) i = text.find(')', i);
    if (!ends_link && text[i] != '`' && text[i] != '[') plain += text[i];
  }
  return plain;
}

Json Closed(std::string_view description) {
  return {{"description", description},
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", Json::object()}};
}

Json DefaultOf(const KeyReference& key) {
  const WrittenValue& value = key.default_value;
  if (!value.items.empty()) return value.items;
  if (key.allowed.kind == ValueKind::kSwitch) return value.text == "true";
  if (key.allowed.kind == ValueKind::kNumber) return ParseNumber(value.text).value_or(0);
  return value.text;
}

Json SchemaOf(const KeyReference& key);

void AddKeys(const std::vector<KeyReference>& keys, Json& map) {
  for (const KeyReference& key : keys) {
    map["properties"][std::string(key.name)] = SchemaOf(key);
    if (!key.need.empty()) map["required"].push_back(key.name);
  }
}

Json FamiliesSchema(const KeyReference& key) {
  Json map = Closed(Plain(key.meaning));
  map["minProperties"] = 1;
  for (const Family& family : Families()) {
    map["properties"][std::string(family.name)] = {{"$ref", "#/$defs/collector"}};
  }
  return map;
}

Json MapsSchema(const KeyReference& key) {
  Json map = Closed("One of the list");
  AddKeys(key.keys, map);
  Json list = ListOf(std::move(map));
  list["maxItems"] = key.allowed.largest;
  list["description"] = Plain(key.meaning);
  return list;
}

Json SchemaOf(const KeyReference& key) {
  if (key.allowed.kind == ValueKind::kFamilies) return FamiliesSchema(key);
  if (key.allowed.kind == ValueKind::kMaps) return MapsSchema(key);
  if (key.allowed.kind == ValueKind::kMap) {
    Json map = Closed(Plain(key.meaning));
    AddKeys(key.keys, map);
    // A map that needs no key may stand there without a value.
    if (!map.contains("required")) map["type"] = {"object", "null"};
    return map;
  }
  Json schema = {{"description", Plain(key.meaning)}};
  const auto* const row = std::ranges::find(kKindSchemas, key.allowed.kind, &KindSchema::kind);
  schema.update(row->schema(key.allowed));
  if (!key.default_value.empty()) schema["default"] = DefaultOf(key);
  return schema;
}

// A rule on whether `allow_http` is set to a value.
Json HttpIs(bool allowed) {
  return {{"type", "object"},
          {"required", {"allow_http"}},
          {"properties", {{"allow_http", {{"const", allowed}}}}}};
}

// A target's http:// URL needs allow_http: true, there or under global.
Json HttpNeedsLeave(bool of_all) {
  const Json https = {{"pattern", "^https://"}};
  const Json only_https = {{"properties", {{"url", https}, {"urls", {{"items", https}}}}}};
  const Json rule = {{"if", HttpIs(!of_all)}, {of_all ? "then" : "else", only_https}};
  return {{"properties", {{"targets", {{"items", rule}}}}}};
}

Json GlobalSchema() {
  Json map = Closed("Settings of all targets");
  map["type"] = {"object", "null"};
  AddKeys(ReferencesOf(SettingsKeys()), map);
  AddKeys(ReferencesOf(ProcessKeys()), map);
  return map;
}

Json TargetSchema() {
  Json map = Closed("One appliance");
  AddKeys(TargetOnlyReferences(), map);
  for (const KeyReference& key : ReferencesOf(SettingsKeys())) {
    const std::string name(key.name);
    map["properties"][name] = {{"$ref", "#/properties/global/properties/" + name}};
  }
  map["properties"]["tls_config"]["dependentRequired"] = {{"cert_file", {"key_file"}},
                                                          {"key_file", {"cert_file"}}};
  for (const char* way : {"login", "authorization", "client_certificate"}) {
    map["oneOf"].push_back({{"required", Json::array({way})}});
  }
  const Json without_domain = {{"not", {{"required", Json::array({"domain"})}}}};
  map["dependentSchemas"]["domains"] = {{"properties", {{"login", without_domain}}}};
  const Json one_of_url_and_urls = {
      {"oneOf", {{{"required", Json::array({"url"})}}, {{"required", Json::array({"urls"})}}}}};
  map["allOf"] = Json::array({one_of_url_and_urls});
  map["dependentRequired"] = {{"proxy_login", {"proxy_url"}},
                              {"proxy_ca_file", {"proxy_url"}},
                              {"domains", {"login"}},
                              {"client_certificate", {"tls_config"}}};
  return map;
}

Json CollectorSchema() {
  Json map = Closed("One family");
  AddKeys(ReferencesOf(CollectorKeys()), map);
  for (const char* list : {"refresh_ids", "refresh_id_files"}) {
    map["anyOf"].push_back({{"required", Json::array({list})},
                            {"properties", {{list, {{"type", "array"}, {"minItems", 1}}}}}});
  }
  const Json discovers = {{"type", "object"},
                          {"required", Json::array({"enabled"})},
                          {"properties", {{"enabled", {{"const", true}}}}}};
  map["anyOf"].push_back(
      {{"required", Json::array({"discovery"})}, {"properties", {{"discovery", discovers}}}});
  return map;
}

}  // namespace

std::string SchemaPage() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Configuration of cckm_exporter"},
                 {"$comment", "Generated from exporter/config/yaml/config_keys.cc"}};
  schema.update(Closed("The file that --config.file names"));
  schema["anyOf"] = {{{"required", Json::array({"targets"})},
                      {"properties", {{"targets", {{"type", "array"}, {"minItems", 1}}}}}},
                     {{"required", Json::array({"target_files"})}}};
  schema["properties"]["global"] = GlobalSchema();
  schema["properties"]["targets"] = {{"description", "The appliances"},
                                     {"type", {"array", "null"}},
                                     {"items", {{"$ref", "#/$defs/target"}}}};
  schema["properties"]["target_files"] = {
      {"description", "Patterns of files, each of which holds a list of targets"},
      {"type", "array"},
      {"minItems", 1},
      {"maxItems", 100},
      {"items", TextSchema()}};
  schema["if"] = {{"required", Json::array({"global"})},
                  {"properties", {{"global", HttpIs(true)}}}};
  schema["then"] = HttpNeedsLeave(true);
  schema["else"] = HttpNeedsLeave(false);
  schema["$defs"] = {{"target", TargetSchema()}, {"collector", CollectorSchema()}};
  return schema.dump(2) + "\n";
}

}  // namespace cckm
