#include "collectors/base/boxed_optional.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace cckm {
namespace {

TEST(BoxedOptionalTest, TakesTheSpaceOfAPointer) {
  EXPECT_EQ(sizeof(BoxedOptional<std::string>), sizeof(void*));
}

TEST(BoxedOptionalTest, IsEmptyUntilItIsGivenAValueAndAfterAReset) {
  BoxedOptional<std::string> value;
  EXPECT_FALSE(value);
  EXPECT_EQ(value.value_or_default(), "");
  value = std::string("x");
  EXPECT_TRUE(value);
  EXPECT_EQ(*value, "x");
  EXPECT_EQ(value.value_or_default(), "x");
  EXPECT_EQ(value.ToOptional(), "x");
  value.reset();
  EXPECT_EQ(value.ToOptional(), std::nullopt);
  EXPECT_FALSE(value);
}

TEST(BoxedOptionalTest, MakesAValueWhereThereIsNone) {
  BoxedOptional<std::string> value;
  value.GetOrMake() += "a";
  value.GetOrMake() += "b";
  EXPECT_EQ(*value, "ab");
}

TEST(BoxedOptionalTest, CopiesTheValueAndMovesTheBox) {
  BoxedOptional<std::string> value(std::string("x"));
  BoxedOptional<std::string> copy(value);
  *copy += "y";
  EXPECT_EQ(*value, "x");
  copy = value;
  EXPECT_EQ(*copy, "x");
  const std::string* const box = &*value;
  const BoxedOptional<std::string> moved = std::move(value);
  EXPECT_EQ(&*moved, box);
}

TEST(BoxedOptionalTest, IsEqualWhereBothAreEmptyOrHoldTheSame) {
  const BoxedOptional<int> none;
  EXPECT_EQ(none, BoxedOptional<int>(std::nullopt));
  EXPECT_EQ(BoxedOptional<int>(1), BoxedOptional<int>(1));
  EXPECT_FALSE(BoxedOptional<int>(1) == BoxedOptional<int>(2));
  EXPECT_FALSE(BoxedOptional<int>(1) == none);
  EXPECT_FALSE(none == BoxedOptional<int>(1));
}

}  // namespace
}  // namespace cckm
