#include "collectors/decode/answer.h"

#include <gtest/gtest.h>

#include "tests/support/fakes/fake_http_client.h"

namespace cckm {
namespace {

HttpResult Response(Result<HttpResponse> answer) { return {0, std::move(answer), {}}; }

HttpResponse AnswerOfType(std::string content_type) {
  HttpResponse answer = JsonAnswer("{}");
  answer.content_type = std::move(content_type);
  return answer;
}

TEST(AnswerTest, OnlyA404OfTheApplianceSaysNotFound) {
  Decoder decoder;
  EXPECT_TRUE(IsNotFound(Response(NotFoundAnswer()), decoder));
  EXPECT_FALSE(IsNotFound(Response(StatusAnswer(200, NotFoundAnswer().body)), decoder));
  EXPECT_FALSE(IsNotFound(Response(StatusAnswer(410, NotFoundAnswer().body)), decoder));
  EXPECT_FALSE(IsNotFound(Response(StatusAnswer(404)), decoder));
  EXPECT_FALSE(IsNotFound(Response(StatusAnswer(404, "<html>")), decoder));
  HttpResponse page = NotFoundAnswer();
  page.content_type = "text/html";
  EXPECT_FALSE(IsNotFound(Response(page), decoder));
  EXPECT_FALSE(IsNotFound(Response(Fail(ErrorKind::kConnect, "refused")), decoder));
}

TEST(AnswerTest, EveryStatusHasItsKindOfFault) {
  struct Case {
    long status;
    ErrorKind kind;
  };
  constexpr Case kCases[] = {
      {301, ErrorKind::kRedirect},   {302, ErrorKind::kRedirect},   {307, ErrorKind::kRedirect},
      {400, ErrorKind::kHttpStatus}, {401, ErrorKind::kAuth},       {403, ErrorKind::kForbidden},
      {404, ErrorKind::kHttpStatus}, {418, ErrorKind::kHttpStatus}, {429, ErrorKind::kRateLimited},
      {500, ErrorKind::kHttpStatus}, {503, ErrorKind::kHttpStatus}, {101, ErrorKind::kHttpStatus},
      {599, ErrorKind::kHttpStatus},
  };
  Decoder decoder;
  for (const Case& row : kCases) {
    const HttpResult response = Response(StatusAnswer(row.status));
    const auto body = UsableBody(response, decoder);
    ASSERT_FALSE(body) << row.status;
    EXPECT_EQ(body.error().kind, row.kind) << row.status;
    EXPECT_NE(body.error().message.find(std::to_string(row.status)), std::string::npos);
  }
}

TEST(AnswerTest, AFaultQuotesWhatTheErrorBodySays) {
  Decoder decoder;
  const HttpResult response =
      Response(StatusAnswer(403, R"({"code":4,"codeDesc":"NCERRForbidden: no view permission"})"));
  const auto body = UsableBody(response, decoder);
  ASSERT_FALSE(body);
  EXPECT_NE(body.error().message.find("NCERRForbidden: no view permission"), std::string::npos);
}

TEST(AnswerTest, A2xxAnswerOfJsonGivesItsBody) {
  Decoder decoder;
  for (const char* type : {"application/json", "application/json; charset=utf-8",
                           "Application/JSON", "application/json;charset=UTF-8"}) {
    const HttpResult response = Response(AnswerOfType(type));
    const auto body = UsableBody(response, decoder);
    ASSERT_TRUE(body) << type;
    EXPECT_EQ(*body, "{}");
  }
}

TEST(AnswerTest, AnyOtherContentTypeIsAFault) {
  Decoder decoder;
  for (const char* type : {"", "text/html", "application/jsonx", "application/xml", "json",
                           "text/plain; application/json"}) {
    const HttpResult response = Response(AnswerOfType(type));
    const auto body = UsableBody(response, decoder);
    ASSERT_FALSE(body) << type;
    EXPECT_EQ(body.error().kind, ErrorKind::kContentType) << type;
  }
}

TEST(AnswerTest, AFaultOfTheRequestPassesThrough) {
  Decoder decoder;
  const HttpResult response = Response(Fail(ErrorKind::kTimeout, "no answer within 10 s"));
  const auto body = UsableBody(response, decoder);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error(), (Error{ErrorKind::kTimeout, "no answer within 10 s"}));
}

}  // namespace
}  // namespace cckm
