// Secrets that an appliance sends back in texts that are longer than what is kept of them: they are
// taken out before the text is cut, so that no beginning of one is left at the cut.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/bounded_name.h"
#include "collectors/base/text.h"
#include "collectors/decode/decoder.h"
#include "tests/unit/collectors/poll/poller_discovery_fixture.h"
#include "tests/unit/collectors/session/login_token_source_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kToken = R"(Zq7/W"x~V#k8J5Hb)";
// As it is, percent-encoded, escaped as in JSON in both ways, and printf '%s' TOKEN | base64.
constexpr std::array<std::string_view, 5> kSpellings = {
    kToken, "Zq7%2FW%22x~V%23k8J5Hb", R"(Zq7/W\"x~V#k8J5Hb)", R"(Zq7\/W\"x~V#k8J5Hb)",
    "WnE3L1cieH5WI2s4SjVIYg=="};
constexpr std::array<std::size_t, 5> kPlaces = {150, 190, 197, 198, 199};
// The same of a name, of which 239 bytes are kept before its hash.
constexpr std::array<std::size_t, 5> kPlacesInNames = {189, 229, 236, 237, 238};

std::string Around(std::size_t place, std::string_view middle) {
  return std::string(place, '.') + std::string(middle) + std::string(300, '.');
}

std::string Kept(std::string_view text) { return std::string(CutToCharacters(text, 200)); }

std::string InJson(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return '"' + quoted + '"';
}

TEST(QuotationTest, ReplacesEachCharacterThatIsNotPrintableAsciiByOneQuestionMark) {
  const Decoder decoder;
  EXPECT_EQ(decoder.Quotation("plain ~text!"), "plain ~text!");
  EXPECT_EQ(decoder.Quotation("caf\xC3\xA9 \xF0\x9F\x94\x91"), "caf? ?");
  EXPECT_EQ(decoder.Quotation(std::string("a\0b\n\x1F\x7F"
                                          "c",
                                          7)),
            "a?b???c");
  std::string accents;
  for (int i = 0; i < 300; ++i) accents += "\xC3\xA9";
  EXPECT_EQ(decoder.Quotation(accents), std::string(200, '?'));
}

class RedactionTest : public PollerDiscoveryTest {
 protected:
  RedactionTest() {
    token_.Give(std::string(kToken));
    Plan().discovery.enabled = false;
    Plan().refresh_ids = {"r1"};
  }

  // What a poll tells where every request is answered like this.
  PollUpdate Told(HttpResponse answer) {
    appliance_.fault = [answer](const std::string&) { return FakeAppliance::MaybeAnswer(answer); };
    poller_.reset();
    listener_.updates.clear();
    RunFor(1ms);
    return listener_.updates.empty() ? PollUpdate() : listener_.updates.front();
  }
  std::string ErrorOf(const HttpResponse& answer) {
    const PollUpdate told = Told(answer);
    return told.errors.empty() ? "none" : told.errors.front().message;
  }
  Refresh RefreshOf(const std::string& members) {
    const PollUpdate told = Told(JsonAnswer(R"({"id":"r1",)" + members + "}"));
    return told.answers.empty() ? Refresh() : told.answers.front().refresh;
  }
};

// Gives each text that holds the token, and what is to be shown of it.
template <typename Check>
void ForEachText(const std::array<std::size_t, 5>& places, const Check& check) {
  for (const std::size_t place : places) {
    for (const std::string_view spelling : kSpellings) {
      SCOPED_TRACE(std::to_string(place) + " " + std::string(spelling));
      check(Around(place, spelling), Around(place, "<secret>"));
    }
  }
}

TEST_F(RedactionTest, ATextOfADomainThatIsCutWithinASecretShowsNothingOfIt) {
  ForEachText(kPlaces, [this](const std::string& said, const std::string& shown) {
    const Refresh refresh =
        RefreshOf(R"("overall_status":"failed","detailed_status":{"d":)" + InJson(said) + "}");
    ASSERT_EQ(refresh.domains.size(), 1U);
    EXPECT_EQ(refresh.domains.front().detail, Kept(shown));
  });
}

TEST_F(RedactionTest, AnUnknownStatusThatIsCutWithinASecretShowsNothingOfIt) {
  ForEachText(kPlaces, [this](const std::string& said, const std::string& shown) {
    EXPECT_EQ(RefreshOf(R"("overall_status":)" + InJson(said)).unknown_status, Kept(shown));
  });
}

TEST_F(RedactionTest, AnErrorThatQuotesACutTextShowsNothingOfASecret) {
  ForEachText(kPlaces, [this](const std::string& said, const std::string& shown) {
    const std::string body = R"({"code":7,"codeDesc":)" + InJson(said) + "}";
    EXPECT_EQ(ErrorOf(JsonAnswer(body)),
              "a successful answer holds the error 7 \"" + Kept(shown) + '"');
    EXPECT_EQ(ErrorOf(StatusAnswer(500, body)),
              "answered HTTP 500: the request failed (" + Kept(shown) + ")");
    EXPECT_EQ(ErrorOf(JsonAnswer("{" + InJson(said) + ":1," + InJson(said) + ":2}")),
              "an object has the key \"" + Kept(shown) + "\" twice");
    HttpResponse coded = JsonAnswer("{}");
    coded.content_encoding = said;
    EXPECT_EQ(ErrorOf(coded),
              "answered in the content coding " + Kept(shown) + ", although none was asked for");
  });
}

TEST_F(RedactionTest, AnUnreadableEntryOfAListThatQuotesASecretShowsNothingOfIt) {
  Plan().discovery.enabled = true;
  ForEachText(kPlaces, [this](const std::string& said, const std::string& shown) {
    EXPECT_EQ(ErrorOf(JsonAnswer(R"({"skip":0,"total":2,"resources":[)"
                                 R"({"id":"r1","overall_status":"running"},{)" +
                                 InJson(said) + ":1," + InJson(said) + ":2}]}")),
              "1 entries of a page of the list cannot be read; of the first, an object has the key "
              "\"" +
                  Kept(shown) + "\" twice");
  });
}

TEST_F(RedactionTest, ANameThatIsCutWithinASecretShowsNothingOfItAndItsHashTellsNothing) {
  ForEachText(kPlacesInNames, [this](const std::string& said, const std::string& shown) {
    const Refresh refresh = RefreshOf(R"("overall_status":"running","detailed_status":{)" +
                                      InJson(said) + R"(:""},"domains":[)" + InJson(said) + "]");
    ASSERT_EQ(refresh.domains.size(), 1U);
    EXPECT_EQ(refresh.domains.front().domain_id, BoundedName(shown));
  });
}

TEST_F(RedactionTest, NamesOfTheDomainListShowNothingOfASecret) {
  Plan().family = FindFamily("external-cm");
  Plan().domain_names = true;
  ForEachText(kPlacesInNames, [this](const std::string& said, const std::string& shown) {
    const std::string name = InJson(said);
    appliance_.fault = [name](const std::string& path) {
      if (path.find("/r1") != std::string::npos) {
        return FakeAppliance::MaybeAnswer(JsonAnswer(R"({"id":"r1","overall_status":"running"})"));
      }
      return FakeAppliance::MaybeAnswer(JsonAnswer(R"({"skip":0,"total":1,"resources":[{"id":)" +
                                                   name + R"(,"name":)" + name +
                                                   R"(,"connection":)" + name + "}]}"));
    };
    poller_.reset();
    listener_.updates.clear();
    RunFor(1ms);
    ASSERT_FALSE(listener_.updates.empty());
    ASSERT_TRUE(listener_.updates.back().domain_listing);
    const std::string kept = BoundedName(shown);
    EXPECT_EQ(listener_.updates.back().domain_listing->domains,
              (std::vector<DomainName>{{.id = kept, .name = kept, .connection = kept}}));
  });
}

// One that looks cut has its hash replaced by that of all of it.
TEST_F(RedactionTest, TheHashOfANameThatLooksCutTellsNothingOfASecret) {
  const std::string end = "~0123456789abcdef";
  const std::string dots(kMaxName - kToken.size() - end.size(), '.');
  const Refresh refresh = RefreshOf(R"("overall_status":"running","domains":[)" +
                                    InJson(dots + std::string(kToken) + end) + "]");
  ASSERT_EQ(refresh.domains.size(), 1U);
  EXPECT_EQ(refresh.domains.front().domain_id, BoundedName(dots + "<secret>" + end));
}

TEST_F(RedactionTest, DomainsThatAreLeftOutAreToldByTheNamesThatAreShown) {
  Plan().refresh_ids = {};
  Plan().discovery = {.enabled = true, .max_refreshes = 1};
  appliance_.jobs = {{.id = "new", .created = FakeClock::kStart, .completed = FakeClock::kStart},
                     {.id = "old",
                      .created = FakeClock::kStart - 1h,
                      .completed = FakeClock::kStart - 1h,
                      .domains = {std::string("with-") + std::string(kSpellings[1])}}};
  RunFor(1ms);
  EXPECT_EQ(LastListing().left_out_domains, (std::set<std::string, std::less<>>{"with-<secret>"}));
}

TEST_F(RedactionTest, ATokenOfSomebodyElseIsHiddenInTextsOfAnyLength) {
  for (const std::size_t place : kPlaces) {
    for (const std::string_view token : {"eyJhbGciOiJSUzI1NiJ9", "Bearer 0123456789abcdefghij"}) {
      const std::string hidden = token.starts_with("Bearer ") ? "Bearer <secret>" : "<secret>";
      for (const std::size_t behind : {0U, 300U}) {
        const std::string said =
            std::string(place, '-') + ' ' + std::string(token) + ' ' + std::string(behind, '-');
        const std::string shown =
            std::string(place, '-') + ' ' + hidden + ' ' + std::string(behind, '-');
        const Refresh refresh = RefreshOf(R"("overall_status":)" + InJson(said) +
                                          R"(,"detailed_status":{"d":)" + InJson(said) + "}");
        ASSERT_EQ(refresh.domains.size(), 1U);
        EXPECT_EQ(Kept(refresh.domains.front().detail), Kept(shown));
        EXPECT_EQ(Kept(refresh.unknown_status), Kept(shown));
      }
    }
  }
}

TEST_F(LoginTokenSourceTest, AFailedLoginThatQuotesACutTextShowsNothingOfThePassword) {
  folder_.Replace("password", std::string(kToken));
  ForEachText(kPlaces, [this](const std::string& said, const std::string& shown) {
    const std::string description = R"({"code":7,"codeDesc":)" + InJson(said) + "}";
    const std::string doubled = "{" + InJson(said) + ":1," + InJson(said) + ":2}";
    for (const auto& [status, body] : {std::pair{200L, description},
                                       {401L, description},
                                       {500L, description},
                                       {200L, doubled}}) {
      backoff_.Reset();
      MakeSource();
      const LoginOutcome outcome = LogIn(Answered(status, body));
      ASSERT_TRUE(outcome.error);
      EXPECT_NE(outcome.error->message.find(Kept(shown)), std::string::npos)
          << status << ' ' << outcome.error->message;
      EXPECT_EQ(Seen().find(std::string(".") + kToken[0]), std::string::npos) << Seen();
    }
  });
}

}  // namespace
}  // namespace cckm
