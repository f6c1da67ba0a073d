#include "exporter/exposition/gzip.h"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <memory>
#include <string>

#include "collectors/base/free_with.h"

namespace cckm {
namespace {

// What one gzip member holds; fails unless it is the whole of `compressed`.
std::string Unpacked(std::string_view compressed, std::size_t size) {
  const std::unique_ptr<libdeflate_decompressor, FreeWith<&libdeflate_free_decompressor>>
      decompressor(libdeflate_alloc_decompressor());
  std::string unpacked(size, '\0');
  std::size_t used = 0;
  std::size_t written = 0;
  const auto result =
      libdeflate_gzip_decompress_ex(decompressor.get(), compressed.data(), compressed.size(),
                                    unpacked.data(), unpacked.size(), &used, &written);
  EXPECT_EQ(result, LIBDEFLATE_SUCCESS);
  EXPECT_EQ(used, compressed.size()) << "one member";
  unpacked.resize(written);
  return unpacked;
}

TEST(GzipTest, ABodyComesBackFromOneMember) {
  GzipCompressor compressor;
  ByteBuffer out;
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "cckm_up{target=\"" + std::to_string(i) + "\"} 1\n";
  for (const std::string& body : {lines, std::string(), std::string("x"), lines + lines}) {
    compressor.Compress(body, out);
    EXPECT_EQ(Unpacked(out.view(), body.size()), body);
  }
  EXPECT_LT(out.size() * 10, lines.size() * 2);
}

}  // namespace
}  // namespace cckm
