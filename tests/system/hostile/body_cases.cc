// Matrix B: bodies that are too large, too slow, broken, or something else.

#include <cstdint>

#include "tests/system/hostile/hostile_case.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

HostileCase Faulty(const char* name, const char* reason, Reply reply) {
  return {.name = name, .script = OnPoll(std::move(reply)), .reason = reason};
}

HostileCase Slow(const char* name, Reply reply) {
  HostileCase slow = Faulty(name, "timeout", std::move(reply));
  slow.settings = "request_timeout: 1s";
  return slow;
}

// Chunks of spaces, without end.
bool EndlessBody(Visit& visit, const Request&) {
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  bool goes_on = visit.wire.Send(std::string("HTTP/1.1 200 OK\r\n") + kJsonType +
                                 "Transfer-Encoding: chunked\r\n\r\n");
  while (goes_on) goes_on = visit.wire.Send(chunk);
  return false;
}

HostileCase Endless() {
  HostileCase endless = Faulty("B58_endless_body", "too_large", EndlessBody);
  endless.settings = "max_response_size: 1MiB";
  return endless;
}

std::string HeadFor(std::size_t length, const std::string& more_headers = {}) {
  return std::string("HTTP/1.1 200 OK\r\n") + kJsonType + more_headers +
         "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

// As RFC 1952 wants it at the end of a member.
std::uint32_t Crc32(const std::string& text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::string LittleEndian(std::size_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xFFU);
  return text;
}

// A good answer in one stored block of gzip: whoever unpacks it would take it.
bool Packed(Visit& visit, const Request&) {
  const std::string body = visit.appliance.Refresh("r1");
  const std::string packed = std::string("\x1F\x8B\x08\0\0\0\0\0\0\x03\x01", 11) +
                             LittleEndian(body.size(), 2) + LittleEndian(~body.size(), 2) + body +
                             LittleEndian(Crc32(body), 4) + LittleEndian(body.size(), 4);
  return visit.wire.Send(HeadFor(packed.size(), "Content-Encoding: gzip\r\n") + packed);
}

bool DripBody(Visit& visit, const Request&) {
  const std::string body = visit.appliance.Refresh("r1");
  return visit.wire.Send(HeadFor(body.size())) && visit.wire.Drip(body, milliseconds(300));
}

bool DripHeader(Visit& visit, const Request&) {
  return visit.wire.Drip(HeadFor(2) + "{}", milliseconds(300));
}

bool LateBody(Visit& visit, const Request&) {
  const std::string body = visit.appliance.Refresh("r1");
  return visit.wire.Send(HeadFor(body.size())) && visit.wire.Pause(milliseconds(2500)) &&
         visit.wire.Send(body);
}

// Everything but the last brace, and no length.
bool TruncatedByClose(Visit& visit, const Request&) {
  std::string body = visit.appliance.Refresh("r1");
  body.erase(body.rfind('}'));
  visit.wire.Send(std::string("HTTP/1.1 200 OK\r\n") + kJsonType + "Connection: close\r\n\r\n" +
                  body);
  return false;
}

Reply Recoded(const std::string& before, const std::string& behind_each) {
  return [=](Visit& visit, const Request&) {
    std::string body = before;
    for (const char c : visit.appliance.Refresh("r1")) body.append(1, c).append(behind_each);
    return visit.wire.Send(HeadFor(body.size()) + body);
  };
}

Reply OfType(const std::string& type) {
  return [=](Visit& visit, const Request&) {
    return visit.wire.Send(HttpText("200 OK", type, visit.appliance.Refresh("r1")));
  };
}

}  // namespace

std::vector<HostileCase> BodyCases() {
  const std::string portal = "<html><form>CANARY-portal: please log in</form></html>";
  return {
      Endless(),
      Faulty("B59_gzip_unasked", "content_type", Packed),
      Slow("B60_drip_body", DripBody),
      Slow("B60_drip_header", DripHeader),
      Slow("B61_body_after_the_timeout", LateBody),
      Faulty("B62_close_delimited_truncated", "json", TruncatedByClose),
      Faulty("B63_wrong_content_type", "content_type",
             Bytes(HttpText("200 OK", "Content-Type: text/html\r\n", portal))),
      Faulty("B63_no_content_type", "content_type", OfType("")),
      Faulty("B63_json_as_html", "content_type", OfType("Content-Type: text/html\r\n")),
      Faulty("B64_utf16_body", "json", Recoded("\xFF\xFE", std::string(1, '\0'))),
      Faulty("B64_bom_body", "json", Recoded("\xEF\xBB\xBF", "")),
      Faulty("B64_empty_body", "json", Json("")),
      Faulty("B64_error_in_a_200", "schema", Json(R"({"code":9,"codeDesc":"NCERRInternal: x"})")),
      Faulty("B64_list_of_others", "schema",
             Json(R"({"skip":0,"limit":9,"total":0,"resources":[]})")),
  };
}

}  // namespace cckm
