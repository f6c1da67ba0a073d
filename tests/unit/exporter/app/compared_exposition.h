// An exposition that keeps its blocks, in every format.  Each is compared with a rendering from
// nothing, byte for byte: as text, and in the other formats by turns.

#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "exporter/exposition/exposition.h"

namespace cckm {

class ComparedExposition {
 public:
  explicit ComparedExposition(const Exposition::Sources& sources)
      : sources_(sources), kept_(sources) {}

  // As text.
  std::string Render() {
    constexpr std::array kFormats = {ExpositionFormat::kText, ExpositionFormat::kOpenMetrics,
                                     ExpositionFormat::kProtobuf};
    Exposition from_nothing(sources_);
    turn_ = turn_ % (kFormats.size() - 1) + 1;
    const std::string text = Joined(from_nothing.RenderAgain(kFormats.front()), 0);
    const std::string other = Joined(from_nothing.RenderAgain(kFormats[turn_]), turn_);
    const Exposition::Rendered rendered = kept_.Render(kFormats);
    EXPECT_TRUE(Joined(rendered, 0) == text);
    EXPECT_TRUE(Joined(rendered, turn_) == other) << ContentTypeOf(kFormats[turn_]);
    return text;
  }

 private:
  static std::string Joined(const Exposition::Rendered& rendered, std::size_t format) {
    return Body(rendered.blocks[format]).Joined();
  }

  const Exposition::Sources sources_;
  Exposition kept_;
  std::size_t turn_ = 0;  // of the other formats
};

}  // namespace cckm
