#include "exporter/exposition/body.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cckm {
namespace {

Block BlockOf(std::string_view bytes) { return std::make_shared<const ByteBuffer>(bytes); }

std::vector<std::string> PiecesOf(const Body& body) {
  std::vector<std::string> pieces;
  EXPECT_TRUE(body.ForEachPiece([&](std::string_view piece) {
    pieces.emplace_back(piece);
    return true;
  }));
  return pieces;
}

const std::string kLarge(200'000, 'x');

TEST(BodyTest, SmallBlocksComeJoinedAndLargeOnesAsTheyAre) {
  const Block large = BlockOf(kLarge);
  const Body body({BlockOf("a"), BlockOf("b"), large, BlockOf("c"), BlockOf("d")});
  EXPECT_EQ(body.size(), kLarge.size() + 4);
  EXPECT_EQ(PiecesOf(body), (std::vector<std::string>{"ab", kLarge, "cd"}));
  body.ForEachPiece([&](std::string_view piece) {
    EXPECT_TRUE(piece.size() != kLarge.size() || piece.data() == large->view().data());
    return true;
  });
}

TEST(BodyTest, PiecesTogetherAreTheBody) {
  Blocks blocks;
  for (std::size_t i = 0; i < 200; ++i) {
    blocks.push_back(BlockOf(std::string(i * 37 % 9001, static_cast<char>('a' + i % 26))));
  }
  const Body body(blocks);
  const std::vector<std::string> pieces = PiecesOf(body);
  EXPECT_LT(pieces.size(), 10U);
  std::string together;
  for (const std::string& piece : pieces) together += piece;
  EXPECT_TRUE(together == body.Joined());
  EXPECT_EQ(together.size(), body.size());
}

TEST(BodyTest, ALargeBodyComesInPiecesThatTheCacheHolds) {
  const Blocks blocks(2'000, BlockOf(std::string(3'000, 'x')));
  const Body body(blocks);
  std::size_t bytes = 0;
  for (const std::string& piece : PiecesOf(body)) {
    EXPECT_LE(piece.size(), 32U * 1024);
    bytes += piece.size();
  }
  EXPECT_EQ(bytes, body.size());
}

TEST(BodyTest, NothingIsWrittenAfterWhatWasNotTaken) {
  const Body body({BlockOf("first"), BlockOf(kLarge), BlockOf(kLarge)});
  for (int taken = 0; taken < 3; ++taken) {
    int calls = 0;
    EXPECT_FALSE(body.ForEachPiece([&](std::string_view) { return calls++ != taken; }));
    EXPECT_EQ(calls, taken + 1);
  }
}

TEST(BodyTest, ABodyWithoutBlocksIsEmpty) {
  const Body body({});
  EXPECT_EQ(body.size(), 0U);
  EXPECT_EQ(PiecesOf(body), std::vector<std::string>{});
  EXPECT_EQ(body.Joined(), "");
}

}  // namespace
}  // namespace cckm
