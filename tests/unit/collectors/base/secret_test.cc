#include "collectors/base/secret.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

namespace cckm {
namespace {

// The first is short enough to lie inside the object, and one that lies on the heap.
const std::array<std::string, 2> kTexts = {"short-canary", std::string(100, 'c') + "anary"};

template <typename T>
concept Printable = requires(std::ostream& stream, const T& value) {
  stream << value;
};

static_assert(!Printable<Secret>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);

TEST(SecretTest, RevealsWhatItWasGiven) {
  for (const std::string& text : kTexts) EXPECT_EQ(Secret(text).Reveal(), text);
}

TEST(SecretTest, IsEmptyWithoutText) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(Secret("").empty());
  EXPECT_FALSE(Secret("x").empty());
}

TEST(SecretTest, MovingTakesTheTextAlong) {
  for (const std::string& text : kTexts) {
    Secret source(text);
    Secret constructed(std::move(source));
    EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): the promise under test
    Secret assigned("before");
    assigned = std::move(constructed);
    EXPECT_TRUE(constructed.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(assigned.Reveal(), text);
  }
}

TEST(SecretTest, SurvivesBeingMovedToItself) {
  Secret secret("canary");
  Secret& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.Reveal(), "canary");
}

// Whether more than the first character is left: a string that is merely emptied overwrites that
// one.
bool Holds(const std::array<unsigned char, sizeof(Secret)>& memory, const std::string& text) {
  const std::string bytes(memory.begin(), memory.end());
  return bytes.find(text.substr(1)) != std::string::npos;
}

TEST(SecretTest, LeavesNoTraceInItsMemoryWhenItGoes) {
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
  auto* secret = new (memory.data()) Secret(kTexts[0]);
  ASSERT_TRUE(Holds(memory, kTexts[0]));
  std::destroy_at(secret);
  EXPECT_FALSE(Holds(memory, kTexts[0]));
}

TEST(SecretTest, LeavesNoTraceInTheMemoryItWasMovedFrom) {
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
  auto* secret = new (memory.data()) Secret(kTexts[0]);
  const Secret other(std::move(*secret));
  EXPECT_FALSE(Holds(memory, kTexts[0]));
  std::destroy_at(secret);
}

}  // namespace
}  // namespace cckm
