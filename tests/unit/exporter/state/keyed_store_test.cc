#include "exporter/state/keyed_store.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "exporter/metrics/label_value.h"

namespace cckm {
namespace {

struct Thing {
  LabelValue id;
  int number = 0;
};
using Store = KeyedStore<Thing>;

// A copy would find its objects in the store that it was copied from.
static_assert(!std::is_copy_constructible_v<Store> && !std::is_copy_assignable_v<Store>);
static_assert(std::is_nothrow_move_constructible_v<Store>);

Store Filled(int count) {
  Store store;
  for (int i = 0; i < count; ++i) store.Add({LabelValue("thing " + std::to_string(i)), i});
  return store;
}

std::vector<int> NumbersOf(const Store& store) {
  std::vector<int> numbers;
  for (const Thing& thing : store) numbers.push_back(thing.number);
  return numbers;
}

TEST(KeyedStoreTest, FindsWhatWasAddedByTheTextOfItsId) {
  Store store = Filled(2);
  ASSERT_NE(store.Find("thing 1"), nullptr);
  EXPECT_EQ(store.Find("thing 1")->number, 1);
  EXPECT_EQ(store.Find("thing 2"), nullptr);
  EXPECT_EQ(store.Find(""), nullptr);
  const LabelValue altered("line\nbreak");
  store.Add({altered, 7});
  EXPECT_EQ(store.Find("line\nbreak"), nullptr);
  EXPECT_EQ(store.Find(altered.text())->number, 7);
}

TEST(KeyedStoreTest, KeepsTheOrderInWhichObjectsCame) {
  Store store = Filled(4);
  store.RemoveIf([](const Thing& thing) { return thing.number == 1; });
  store.Add({LabelValue("thing 1"), 10});
  EXPECT_EQ(NumbersOf(store), (std::vector<int>{0, 2, 3, 10}));
  EXPECT_EQ(store.size(), 4U);
}

TEST(KeyedStoreTest, DoesNotFindWhatWasRemoved) {
  Store store = Filled(100);
  store.RemoveIf([](const Thing& thing) { return thing.number % 2 == 0; });
  EXPECT_EQ(store.size(), 50U);
  EXPECT_EQ(store.Find("thing 42"), nullptr);
  EXPECT_EQ(store.Find("thing 43")->number, 43);
}

TEST(KeyedStoreTest, FindsInAnyOrderWhateverTheOrderBefore) {
  Store store = Filled(4);
  for (const std::string_view order : {"0123", "0123", "3210", "0213", "0123", "1122"}) {
    for (const char number : order) {
      const Thing* found = store.Find("thing " + std::string(1, number));
      ASSERT_NE(found, nullptr) << number << " of " << order;
      EXPECT_EQ(found->number, number - '0');
    }
    EXPECT_EQ(store.Find("thing 4"), nullptr);
  }
}

TEST(KeyedStoreTest, FindsAllThatWasAddedWhateverWasMissedOrRemovedBefore) {
  Store store;
  const auto name = [](int number) { return std::to_string(number * 7919 % 1000); };
  for (int i = 0; i < 900; ++i) {
    EXPECT_EQ(store.Find(name(i + i % 3)), nullptr) << "it, or another one that is to come";
    if (i % 100 == 99) {
      store.RemoveIf([&](const Thing& thing) { return thing.number == i - 1; });
      store.Add({LabelValue(name(i - 1)), i - 1});
    }
    store.Add({LabelValue(name(i)), i});
  }
  for (int i = 0; i < 900; ++i) {
    ASSERT_NE(store.Find(name(i)), nullptr) << i;
    EXPECT_EQ(store.Find(name(i))->number, i);
  }
}

TEST(KeyedStoreTest, DoesNotFindWhatWasRemovedWhereItWasFoundBefore) {
  Store store = Filled(3);
  for (const char* id : {"thing 0", "thing 1", "thing 2", "thing 0"}) store.Find(id);
  store.RemoveIf([](const Thing& thing) { return thing.number != 2; });
  EXPECT_EQ(store.Find("thing 1"), nullptr);
  EXPECT_EQ(store.Find("thing 2")->number, 2);
}

TEST(KeyedStoreTest, AMovedFromStoreFindsNothing) {
  Store store = Filled(2);
  store.Find("thing 0");
  store.Find("thing 1");
  store.Find("thing 0");
  const Store moved = std::move(store);
  EXPECT_EQ(store.Find("thing 1"), nullptr);  // NOLINT(bugprone-use-after-move): it is empty
}

TEST(KeyedStoreTest, PointersStayValidWhileOthersComeAndGo) {
  Store store;
  const Thing* first = &store.Add({LabelValue("first"), 1});
  for (int i = 0; i < 1000; ++i) store.Add({LabelValue(std::to_string(i)), 0});
  store.RemoveIf([](const Thing& thing) { return thing.number == 0; });
  EXPECT_EQ(store.Find("first"), first);
  EXPECT_EQ(first->number, 1);
}

TEST(KeyedStoreTest, AMovedStoreHasTheSameObjects) {
  Store store;
  // As short as that the text lies inside the object.
  const Thing* object = &store.Add({LabelValue("a"), 1});
  Store moved = std::move(store);
  EXPECT_EQ(moved.Find("a"), object);
  moved.RemoveIf([](const Thing&) { return true; });
  EXPECT_EQ(moved.Find("a"), nullptr);
}

std::vector<std::uint64_t> VersionsOf(const Store& store) {
  std::vector<std::uint64_t> versions;
  for (const Store::Group& group : store.groups()) versions.push_back(group.version);
  return versions;
}

std::vector<int> NumbersByGroups(const Store& store) {
  std::vector<int> numbers;
  for (const Store::Group& group : store.groups()) {
    auto object = group.first;
    for (std::size_t i = 0; i < group.size; ++i) numbers.push_back((object++)->number);
  }
  return numbers;
}

// The places at which the two differ.
std::vector<std::size_t> Differences(const std::vector<std::uint64_t>& before,
                                     const std::vector<std::uint64_t>& after) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (i >= before.size() || before[i] != after[i]) places.push_back(i);
  }
  return places;
}

TEST(KeyedStoreTest, AChangeShowsInTheVersionOfItsGroupAndInNoOther) {
  Store store = Filled(20);
  const auto before = VersionsOf(store);
  ASSERT_EQ(before.size(), 3U);
  const std::uint64_t version = store.version();
  store.Change(*store.Find("thing 9")).number = 90;
  EXPECT_EQ(store.Find("thing 9")->number, 90);
  EXPECT_EQ(Differences(before, VersionsOf(store)), (std::vector<std::size_t>{1}));
  EXPECT_GT(store.version(), version);
  store.ChangeUnseen(*store.Find("thing 9")).number = 91;
  EXPECT_EQ(store.Find("thing 9")->number, 91);
  EXPECT_EQ(Differences(before, VersionsOf(store)), (std::vector<std::size_t>{1}));
  store.ChangeAll();
  EXPECT_EQ(Differences(before, VersionsOf(store)), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(KeyedStoreTest, WhatComesOrGoesChangesItsOwnGroupOnly) {
  Store store = Filled(20);
  const auto before = VersionsOf(store);
  store.RemoveIf([](const Thing& thing) { return thing.number == 8; });
  EXPECT_EQ(Differences(before, VersionsOf(store)), (std::vector<std::size_t>{1}));
  const auto between = VersionsOf(store);
  store.Add({LabelValue("thing 8"), 8});
  EXPECT_EQ(Differences(between, VersionsOf(store)), (std::vector<std::size_t>{2}));
  EXPECT_EQ(NumbersByGroups(store), NumbersOf(store));
  store.Change(*store.Find("thing 19"));
  store.Change(*store.Find("thing 15"));
  EXPECT_EQ(Differences(between, VersionsOf(store)), (std::vector<std::size_t>{1, 2}));
}

TEST(KeyedStoreTest, GroupsThatLostMostOfTheirObjectsAreMadeAnew) {
  Store store = Filled(800);
  store.RemoveIf([](const Thing& thing) { return thing.number % 10 != 0; });
  EXPECT_EQ(store.groups().size(), 10U);
  EXPECT_EQ(NumbersByGroups(store), NumbersOf(store));
  store.Change(*store.Find("thing 790")).number = 5;
  EXPECT_EQ(NumbersByGroups(store).back(), 5);
  store.RemoveIf([](const Thing&) { return true; });
  EXPECT_EQ(NumbersByGroups(store), std::vector<int>{});
  store.Add({LabelValue("thing"), 1});
  EXPECT_EQ(NumbersByGroups(store), std::vector<int>{1});
}

TEST(KeyedStoreTest, AStoreInThePlaceOfAnotherIsToldFromIt) {
  Store store = Filled(1);
  const auto identity = store.identity();
  Store moved = std::move(store);
  EXPECT_EQ(moved.identity(), identity);
  EXPECT_NE(Filled(1).identity(), identity);
}

}  // namespace
}  // namespace cckm
