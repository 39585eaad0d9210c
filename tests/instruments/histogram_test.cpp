#include "gradclinic/instruments/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <random>

#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> histogram_of(const Tensor<float>& tensor) {
  std::vector<float> bins(kHistogramBins, -1);
  fill_histogram(tensor.view(), bins);
  return bins;
}

Tensor<float> row_of(const std::vector<float>& values) {
  Tensor<float> tensor(1, static_cast<Index>(values.size()));
  std::ranges::copy(values, tensor.values.begin());
  return tensor;
}

/// The bin by comparing with its edges, which the names spell out.
std::string slow_bin(float x) {
  const double magnitude = std::abs(static_cast<double>(x));
  if (!std::isfinite(x)) return "non_finite";
  if (x == 0) return "zero";
  if (magnitude < std::pow(2.0, -40)) return "below";
  for (int exponent = -40; exponent < 16; exponent += 2)
    if (magnitude < std::pow(2.0, exponent + 2)) return std::to_string(exponent);
  return "above";
}

TEST(Histogram, PutsEveryEntryBetweenItsBinsEdges) {
  std::mt19937 engine(3);
  std::vector<float> values = {0.0F,
                               -0.0F,
                               1.0F,
                               3.99999F,
                               4.0F,
                               -4.0F,
                               kInfinity,
                               -kInfinity,
                               NAN,
                               std::numeric_limits<float>::denorm_min(),
                               std::numeric_limits<float>::max()};
  for (int exponent = -60; exponent < 30; ++exponent) {
    values.push_back(std::ldexp(1.0F, exponent));
    values.push_back(-std::nextafter(std::ldexp(1.0F, exponent), 0.0F));
  }
  for (int i = 0; i < 10'000; ++i) {
    const auto bits = static_cast<std::uint32_t>(engine());
    std::memcpy(&values.emplace_back(), &bits, sizeof bits);
  }
  std::map<std::string, int> expected;
  for (float value : values) ++expected[slow_bin(value)];
  const std::vector<float> bins = histogram_of(row_of(values));
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    const std::string& name = histogram_bin_names()[bin];
    EXPECT_NEAR(bins[bin] * static_cast<float>(values.size()), expected[name], 0.01) << name;
  }
}

TEST(Histogram, NamesEveryBinOnce) {
  ASSERT_EQ(histogram_bin_names().size(), static_cast<std::size_t>(kHistogramBins));
  EXPECT_EQ(histogram_bin_names()[2], "-40");
  EXPECT_EQ(histogram_bin_names()[29], "14");
}

TEST(Histogram, OfNothingIsNotANumber) {
  for (float bin : histogram_of(Tensor<float>(0, 7))) EXPECT_TRUE(std::isnan(bin));
}

}  // namespace
}  // namespace gradclinic
