#include "exporter/web/server/response_writer.h"

#include <algorithm>

#include "collectors/base/text.h"
#include "exporter/web/server/http_date.h"

namespace cckm {
namespace {

// mg_write takes no more than INT_MAX at once.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
// A body up to this size is joined to its head: one packet is faster than two.
constexpr std::size_t kJoinedBodyBytes = 4096;

std::size_t BodySize(const WebResponse& answer) {
  return answer.shared != nullptr ? answer.shared->size() : answer.text.size();
}

bool WriteBody(mg_connection* connection, const WebResponse& answer) {
  if (answer.shared == nullptr) return WriteBytes(connection, answer.text);
  return answer.shared->ForEachPiece(
      [&](std::string_view piece) { return WriteBytes(connection, piece); });
}

void AppendHeader(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

bool Names(const WebHeaders& headers, std::string_view name) {
  return std::ranges::any_of(
      headers, [name](const auto& header) { return EqualsWithoutCase(header.first, name); });
}

void AppendHeaders(std::string& head, const WebHeaders& own, const WebHeaders& configured) {
  for (const auto& [name, value] : own) {
    if (!Names(configured, name)) AppendHeader(head, name, value);
  }
  for (const auto& [name, value] : configured) AppendHeader(head, name, value);
}

std::string Head(const WebResponse& answer, const WebHeaders& configured, std::size_t body_bytes,
                 AnswerFraming framing) {
  std::string head;
  head.reserve(512 + kJoinedBodyBytes);
  head.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
  head.append(mg_get_response_code_text(nullptr, answer.status)).append("\r\n");
  AppendHeader(head, "Date", FormatHttpDate(framing.now));
  AppendHeader(head, "Content-Type", answer.content_type);
  AppendHeader(head, "Content-Length", std::to_string(body_bytes));
  if (!Names(configured, "X-Content-Type-Options")) {
    AppendHeader(head, "X-Content-Type-Options", "nosniff");
  }
  AppendHeader(head, "Cache-Control", "no-store");
  AppendHeader(head, "Connection", framing.keep_alive ? "keep-alive" : "close");
  AppendHeaders(head, answer.headers, configured);
  return head.append("\r\n");
}

}  // namespace

bool WriteBytes(mg_connection* connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t piece = std::min(bytes.size(), kPieceBytes);
    if (mg_write(connection, bytes.data(), piece) != static_cast<int>(piece)) return false;
    bytes.remove_prefix(piece);
  }
  return true;
}

bool WriteAnswer(mg_connection* connection, const WebResponse& answer, const WebHeaders& configured,
                 AnswerFraming framing) {
  if (!framing.keep_alive) mg_disable_connection_keep_alive(connection);
  std::string head = Head(answer, configured, BodySize(answer), framing);
  bool has_body = !framing.without_body;
  if (has_body && answer.shared == nullptr && answer.text.size() <= kJoinedBodyBytes) {
    head.append(answer.text);
    has_body = false;
  }
  if (WriteBytes(connection, head) && (!has_body || WriteBody(connection, answer))) return true;
  mg_disable_connection_keep_alive(connection);
  return false;
}

std::string SurplusAnswer(WallTime now) {
  std::string answer = "HTTP/1.1 503 Service Unavailable\r\n";
  AppendHeader(answer, "Date", FormatHttpDate(now));
  AppendHeader(answer, "Content-Length", "0");
  AppendHeader(answer, "X-Content-Type-Options", "nosniff");
  AppendHeader(answer, "Connection", "close");
  return answer.append("\r\n");
}

WebResponse PlainAnswer(int status) {
  return {.status = status, .text = std::string(mg_get_response_code_text(nullptr, status)) + "\n"};
}

}  // namespace cckm
