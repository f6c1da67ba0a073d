#include "exporter/exposition/body.h"

#include <utility>

namespace cckm {
namespace {

std::size_t SizeOf(const Blocks& blocks) {
  std::size_t size = 0;
  for (const Block& block : blocks) size += block->size();
  return size;
}

}  // namespace

Body::Body(Blocks blocks) : blocks_(std::move(blocks)), size_(SizeOf(blocks_)) {}

std::string Body::Joined() const {
  std::string joined;
  joined.reserve(size_);
  for (const Block& block : blocks_) joined.append(block->view());
  return joined;
}

}  // namespace cckm
