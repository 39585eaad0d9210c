#include "gradclinic/tensor/unit_tensor.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

/// outer x units x inner, laid out again as units x (outer * inner).
Tensor<float> by_unit(const UnitTensor& tensor) {
  Tensor<float> result(tensor.units, tensor.outer * tensor.inner);
  for (Index block = 0; block < tensor.outer; ++block)
    for (Index unit = 0; unit < tensor.units; ++unit)
      for (Index i = 0; i < tensor.inner; ++i)
        result.view()(unit, block * tensor.inner + i) = tensor.data[(block * tensor.units + unit) * tensor.inner + i];
  return result;
}

void expect_same(const TensorStatistics& one, const TensorStatistics& other) {
  EXPECT_NEAR(one.l2, other.l2, 1e-5 * other.l2);
  EXPECT_NEAR(one.mean, other.mean, 1e-5);
  EXPECT_NEAR(one.deviation, other.deviation, 1e-4);
  EXPECT_EQ(one.min, other.min);
  EXPECT_EQ(one.max, other.max);
  EXPECT_DOUBLE_EQ(one.zeros, other.zeros);
  EXPECT_DOUBLE_EQ(one.dead_units, other.dead_units);
  EXPECT_DOUBLE_EQ(one.saturated_units, other.saturated_units);
  EXPECT_DOUBLE_EQ(one.saturated, other.saturated);
}

TEST(UnitTensor, MeasuresWhatAViewOfItsUnitsMeasures) {
  rc::check([] {
    const auto outer = *rc::gen::inRange<Index>(1, 70);
    const auto units = *rc::gen::inRange<Index>(1, 20);
    const auto inner = *rc::gen::element<Index>(1, 1, 4, 9);
    std::vector<float> values(static_cast<std::size_t>(outer * units * inner));
    for (float& value : values) value = static_cast<float>(*rc::gen::inRange(-4, 5)) / 4;
    const auto silent = *rc::gen::inRange<Index>(0, units);  // a unit that is dead, and one that is saturated
    for (Index block = 0; block < outer; ++block)
      for (Index i = 0; i < inner; ++i) values[(block * units + silent) * inner + i] = 0;
    const UnitTensor tensor{values.data(), outer, units, inner};
    for (const UnitRule& rule : {UnitRule{}, UnitRule{.can_die = true}, UnitRule{-0.9F, 0.9F, false},
                                 UnitRule{.saturated_low = 0, .can_die = true}})
      expect_same(measure(tensor, rule), measure(by_unit(tensor).view(), rule));
  });
}

TEST(UnitTensor, CountsAddUp) {
  const std::vector<float> first = {0, 1, 0, 0.5F};
  const std::vector<float> second = {0, 0, 0, 1};
  unsigned char alive[2] = {};
  Index saturated[2] = {};
  const UnitRule rule{.saturated_high = 1};
  count_units({first.data(), 2, 2, 1}, rule, alive, saturated);
  count_units({second.data(), 2, 2, 1}, rule, alive, saturated);
  EXPECT_EQ(alive[0], 0);
  EXPECT_EQ(alive[1], 1);
  EXPECT_EQ(saturated[0], 0);
  EXPECT_EQ(saturated[1], 2);
}

TEST(UnitTensor, OfNoSamplesHasNothingToSay) {
  const TensorStatistics statistics = measure(UnitTensor{nullptr, 0, 5, 1}, UnitRule{.can_die = true});
  EXPECT_TRUE(std::isnan(statistics.dead_units));
  EXPECT_EQ(statistics.nan_count, 0);
}

}  // namespace
}  // namespace gradclinic
