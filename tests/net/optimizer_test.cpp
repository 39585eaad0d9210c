#include "gradclinic/net/optimizer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "gradclinic/tensor/generator.h"

namespace gradclinic {
namespace {

constexpr std::size_t kSize = 331;

struct Parameters {
  std::vector<float> values = normal(1);
  std::vector<float> gradients = normal(2);
  std::vector<float> first = std::vector<float>(kSize);
  std::vector<float> second = std::vector<float>(kSize);

  static std::vector<float> normal(std::uint64_t seed) {
    std::vector<float> numbers(kSize);
    Generator(seed).normal(std::span<float>(numbers));
    return numbers;
  }

  void update(const Optimizer& optimizer, std::int64_t step, std::size_t begin, std::size_t count) {
    const auto piece = [&](std::vector<float>& all, int needed) {
      return optimizer.state_count < needed ? std::span<float>() : std::span<float>(all).subspan(begin, count);
    };
    optimizer.update({.weight_decay = 0.01, .step = step}, piece(values, 0), piece(gradients, 0), piece(first, 1),
                     piece(second, 2));
  }
};

TEST(Optimizers, PiecesMoveAsTheWholeToTheBit) {
  for (const Optimizer& optimizer : optimizers::all())
    for (const std::size_t piece : {1, 7, 64, 100}) {
      Parameters whole, in_pieces;
      for (std::int64_t step = 1; step <= 3; ++step) {
        whole.update(optimizer, step, 0, kSize);
        for (std::size_t begin = 0; begin < kSize; begin += piece)
          in_pieces.update(optimizer, step, begin, std::min(piece, kSize - begin));
      }
      EXPECT_NE(whole.values, Parameters().values) << optimizer.id;
      EXPECT_EQ(std::memcmp(whole.values.data(), in_pieces.values.data(), kSize * sizeof(float)), 0)
          << optimizer.id << " in pieces of " << piece;
    }
}

}  // namespace
}  // namespace gradclinic
