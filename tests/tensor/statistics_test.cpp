#include "gradclinic/tensor/statistics.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kSmallest = std::numeric_limits<float>::denorm_min();
constexpr float kLargest = std::numeric_limits<float>::max();
constexpr UnitRule kTanh{.saturated_low = -0.9F, .saturated_high = 0.9F, .can_die = false};
constexpr UnitRule kMortal{.can_die = true};
constexpr UnitRule kRelu{.saturated_low = 0, .saturated_high = kInfinity, .can_die = true};

struct Expected : TensorStatistics {
  double mean_absolute = 0;
};

/// Every figure by its definition, in long double, one plain loop each.
Expected slow(View<const float> values, const UnitRule& rule) {
  using Real = long double;
  Expected result;
  std::vector<Real> finite;
  Index zeros = 0, saturated = 0, dead = 0, saturated_units = 0;
  const auto is_saturated = [&](float x) { return x <= rule.saturated_low || x >= rule.saturated_high; };
  for (Index row = 0; row < values.rows; ++row) {
    Index row_finite = 0, row_zeros = 0, row_saturated = 0;
    for (Index column = 0; column < values.columns; ++column) {
      const float x = values(row, column);
      if (x != x) {
        ++result.nan_count;
      } else if (x == kInfinity || x == -kInfinity) {
        ++result.inf_count;
      } else {
        finite.push_back(x);
        ++row_finite;
        if (x == 0) ++row_zeros;
        if (is_saturated(x)) ++row_saturated;
      }
    }
    zeros += row_zeros;
    saturated += row_saturated;
    if (rule.can_die && row_finite > 0 && row_zeros == row_finite) ++dead;
    if (row_finite > 0 && row_saturated >= 0.95L * row_finite) ++saturated_units;
  }
  const Real n = finite.empty() ? std::numeric_limits<Real>::quiet_NaN() : static_cast<Real>(finite.size());
  Real sum = 0, absolute = 0, squares = 0, deviations = 0;
  for (Real x : finite) sum += x, absolute += std::abs(x), squares += x * x;
  for (Real x : finite) deviations += (x - sum / n) * (x - sum / n);
  const Real rows = finite.empty() ? n : static_cast<Real>(values.rows);
  result.l2 = static_cast<double>(finite.empty() ? n : std::sqrt(squares));
  result.mean = static_cast<double>(sum / n);
  result.mean_absolute = static_cast<double>(absolute / n);
  result.deviation = static_cast<double>(std::sqrt(deviations / n));
  result.min = finite.empty() ? kNaN : static_cast<float>(*std::min_element(finite.begin(), finite.end()));
  result.max = finite.empty() ? kNaN : static_cast<float>(*std::max_element(finite.begin(), finite.end()));
  result.zeros = static_cast<double>(zeros / n);
  result.saturated = static_cast<double>(saturated / n);
  result.dead_units = static_cast<double>(dead / rows);
  result.saturated_units = static_cast<double>(saturated_units / rows);
  return result;
}

bool near(double got, double expected, double tolerance) {
  return std::isnan(expected) ? std::isnan(got) : std::abs(got - expected) <= tolerance;
}

/// The bounds that the header promises.
void expect_close(const TensorStatistics& got, const Expected& expected) {
  constexpr double kShare = 1e-12;
  EXPECT_PRED3(near, got.l2, expected.l2, 1e-5 * expected.l2);
  EXPECT_PRED3(near, got.mean, expected.mean, 1e-5 * expected.mean_absolute);
  EXPECT_PRED3(near, got.deviation, expected.deviation, 1e-3 * expected.deviation + 1.2e-7 * std::abs(expected.mean));
  EXPECT_PRED3(near, got.min, expected.min, 0);
  EXPECT_PRED3(near, got.max, expected.max, 0);
  EXPECT_EQ(got.nan_count, expected.nan_count);
  EXPECT_EQ(got.inf_count, expected.inf_count);
  EXPECT_PRED3(near, got.zeros, expected.zeros, kShare);
  EXPECT_PRED3(near, got.saturated, expected.saturated, kShare);
  EXPECT_PRED3(near, got.dead_units, expected.dead_units, kShare);
  EXPECT_PRED3(near, got.saturated_units, expected.saturated_units, kShare);
}

void check(const Tensor<float>& tensor, const UnitRule& rule = {}) {
  expect_close(measure(tensor.view(), rule), slow(tensor.view(), rule));
}

/// rows x columns entries of `draw`, in memory that ends where the tensor ends, so that sanitizers see an overrun.
Tensor<float> tensor_of(Index rows, Index columns, const std::function<float(std::mt19937&)>& draw, unsigned seed = 1) {
  std::mt19937 engine(seed);
  Tensor<float> tensor(rows, columns);
  for (float& value : tensor.values) value = draw(engine);
  return tensor;
}

float normal(std::mt19937& engine) { return std::normal_distribution<float>()(engine); }

TEST(Statistics, AgreeWithTheDefinitionsForEveryLengthOfRow) {
  for (Index columns = 0; columns <= 140; ++columns) {
    SCOPED_TRACE(columns);
    check(tensor_of(3, columns, normal));
    check(tensor_of(3, columns, [](std::mt19937& engine) { return std::tanh(2 * normal(engine)); }), kTanh);
    check(tensor_of(3, columns, [](std::mt19937& engine) { return std::max(0.0F, normal(engine)); }), kRelu);
    check(tensor_of(3, columns, [](std::mt19937& engine) { return std::max(0.0F, normal(engine)); }), kMortal);
  }
}

TEST(Statistics, AgreeForLongRowsAndManyRows) {
  for (const auto& [rows, columns] : {std::pair{1, 100'003}, {5, 20'011}, {3'001, 16}, {4'099, 1}, {50, 500}}) {
    SCOPED_TRACE(columns);
    check(tensor_of(rows, columns, normal), kTanh);
    check(tensor_of(rows, columns, [](std::mt19937& engine) { return std::max(0.0F, normal(engine)); }), kRelu);
    check(tensor_of(rows, columns, normal));
  }
}

TEST(Statistics, ExtremesOfOneSignAndOfSignedZeros) {
  for (Index columns : {1, 15, 16, 17, 64, 200}) {
    for (const float low :
         {-2.0F, -1.0F, 0.0F, 1.0F})  // entries from low to low + 1: of one sign, with zeros or without
      for (const float sign : {1.0F, -1.0F}) {
        SCOPED_TRACE(columns);
        check(tensor_of(3, columns,
                        [&](std::mt19937& engine) { return sign * (low + 0.25F * static_cast<float>(engine() % 5)); }));
      }
    check(tensor_of(3, columns, [](std::mt19937& engine) { return engine() % 2 == 0 ? -0.0F : 1.0F; }));
    check(tensor_of(3, columns, [](std::mt19937&) { return -0.0F; }));
  }
}

TEST(Statistics, OneEntryKeepsAUnitAlive) {
  for (Index columns : {1, 3, 16, 100, 128, 129, 300})
    for (Index alive = 0; alive < columns; ++alive) {
      Tensor<float> tensor(3, columns);
      for (float& value : tensor.values) value = &value - tensor.values.data() < columns ? -0.0F : 0.0F;
      tensor.view()(1, alive) = kSmallest;
      check(tensor, kMortal);
    }
}

TEST(Statistics, SumsOfAMillionEntriesStayExact) {
  check(tensor_of(1'000, 1'000, [](std::mt19937& engine) { return 0.7F + 0.1F * static_cast<float>(engine() % 3); }));
}

TEST(Statistics, EveryMagnitudeHasItsNorm) {
  for (int exponent = -149; exponent <= 126; ++exponent) {
    SCOPED_TRACE(exponent);
    check(tensor_of(7, 41, [&](std::mt19937& engine) {
      return std::ldexp(1 + 0x1p-32F * static_cast<float>(engine()), exponent);
    }));
    check(tensor_of(7, 41, [&](std::mt19937& engine) { return std::ldexp(normal(engine), exponent - 3); }));
  }
}

TEST(Statistics, MagnitudesMayMix) {
  check(tensor_of(9, 33, [](std::mt19937& engine) { return engine() % 2 == 0 ? 1e-30F : 1e30F; }));
  check(tensor_of(9, 33, [](std::mt19937& engine) { return engine() % 2 == 0 ? -kLargest : kLargest; }));
  check(tensor_of(9, 33, [](std::mt19937& engine) { return engine() % 2 == 0 ? kSmallest : 1.0F; }));
  check(tensor_of(9, 33, [](std::mt19937& engine) { return engine() % 2 == 0 ? kSmallest : 0.0F; }), kRelu);
  Tensor<float> outlier(1, 5'000);
  outlier.values[17] = 1e12F;
  check(outlier);
}

TEST(Statistics, ASmallDeviationAroundALargeMeanIsRight) {
  for (float mean : {1e3F, -1e3F, 0.5F, 1e20F, 1e-20F, 3e-36F}) {
    for (float relative : {0.3F, 0.06F, 1e-2F, 1e-3F, 1e-5F}) {
      SCOPED_TRACE(testing::Message() << mean << " " << relative);
      const Tensor<float> tensor =
          tensor_of(50, 101, [&](std::mt19937& engine) { return mean + mean * relative * normal(engine); });
      check(tensor);
      EXPECT_NEAR(measure(tensor.view()).deviation / (std::abs(mean) * relative), 1, 0.05);
    }
  }
}

TEST(Statistics, AConstantHasNoDeviation) {
  for (float value : {0.0F, -0.0F, 1.1F, -3e38F, kSmallest, 0.1F}) {
    SCOPED_TRACE(value);
    const TensorStatistics got = measure(tensor_of(70, 90, [&](std::mt19937&) { return value; }).view(), kRelu);
    EXPECT_EQ(got.deviation, 0);
    EXPECT_EQ(got.mean, value);
    EXPECT_NEAR(got.l2, std::sqrt(6300.0) * std::abs(value), 1e-12 * got.l2);
    EXPECT_EQ(got.zeros, value == 0 ? 1 : 0);
    EXPECT_EQ(got.dead_units, value == 0 ? 1 : 0);
  }
}

TEST(Statistics, AnEmptyTensorHasNoFigures) {
  for (const auto& [rows, columns] : {std::pair{0, 0}, {0, 5}, {5, 0}}) {
    const TensorStatistics got = measure(Tensor<float>(rows, columns).view(), kRelu);
    EXPECT_TRUE(std::isnan(got.l2) && std::isnan(got.mean) && std::isnan(got.zeros) && std::isnan(got.min));
    EXPECT_EQ(got.nan_count + got.inf_count, 0);
  }
}

TEST(Statistics, NonFiniteEntriesAreCountedAndLeftOut) {
  Tensor<float> tensor = tensor_of(4, 60, normal);
  for (Index at : {0, 16, 59, 61, 239}) tensor.values[at] = kNaN;
  for (Index at : {1, 200}) tensor.values[at] = -kInfinity;
  tensor.values[63] = kInfinity;
  const TensorStatistics got = measure(tensor.view(), kTanh);
  EXPECT_EQ(got.nan_count, 5);
  EXPECT_EQ(got.inf_count, 3);
  EXPECT_TRUE(std::isfinite(got.l2));
  check(tensor, kTanh);
}

TEST(Statistics, OneNonFiniteEntryIsFoundWhereverItStands) {
  for (float bad : {kNaN, -kNaN, kInfinity, -kInfinity}) {
    for (Index at = 0; at < 3 * 73; ++at) {
      Tensor<float> tensor = tensor_of(3, 73, normal);
      tensor.values[at] = bad;
      const TensorStatistics got = measure(tensor.view());
      ASSERT_EQ(got.nan_count + got.inf_count, 1) << at;
      ASSERT_TRUE(std::isfinite(got.l2) && std::isfinite(got.deviation)) << at;
    }
  }
}

TEST(Statistics, ATensorWithoutAFiniteEntryHasNoFigures) {
  for (float bad : {kNaN, kInfinity, -kInfinity}) {
    const TensorStatistics got = measure(tensor_of(5, 21, [&](std::mt19937&) { return bad; }).view(), kRelu);
    EXPECT_EQ(got.nan_count + got.inf_count, 105);
    for (double figure : {got.l2, got.mean, got.deviation, static_cast<double>(got.min), static_cast<double>(got.max),
                          got.zeros, got.saturated, got.dead_units, got.saturated_units})
      EXPECT_TRUE(std::isnan(figure));
  }
}

TEST(Statistics, UnitsAreJudgedByTheirRows) {
  Tensor<float> tensor = tensor_of(5, 100, [](std::mt19937&) { return 0.5F; });
  for (Index column = 0; column < 100; ++column) {
    tensor.view()(1, column) = 0;
    tensor.view()(2, column) = column < 95 ? 0.0F : 0.5F;
    tensor.view()(3, column) = column < 94 ? 0.0F : 0.5F;
  }
  const TensorStatistics relu = measure(tensor.view(), kRelu);
  EXPECT_DOUBLE_EQ(relu.dead_units, 0.2);
  EXPECT_DOUBLE_EQ(relu.saturated_units, 0.4) << "95 of 100 suffice, 94 do not";
  EXPECT_DOUBLE_EQ(relu.saturated, (100 + 95 + 94) / 500.0);
  const TensorStatistics immortal = measure(tensor.view(), {.saturated_low = 0, .can_die = false});
  EXPECT_EQ(immortal.dead_units, 0);
  EXPECT_DOUBLE_EQ(measure(tensor.view(), kMortal).dead_units, 0.2);
  EXPECT_EQ(measure(tensor.view(), kMortal).saturated_units, 0);
  EXPECT_EQ(measure(tensor.view()).saturated, 0) << "without a rule nothing is saturated";
}

TEST(Statistics, OneUnitOrOneEntryAtTheLimitIsEnough) {
  Tensor<float> tensor = tensor_of(4, 30, [](std::mt19937&) { return 0.5F; });
  tensor.view()(2, 7) = 0.9F;
  EXPECT_DOUBLE_EQ(measure(tensor.view(), kTanh).saturated, 1 / 120.0);
  tensor.view()(2, 7) = -0.9F;
  EXPECT_DOUBLE_EQ(measure(tensor.view(), kTanh).saturated, 1 / 120.0);
  for (Index column = 0; column < 30; ++column) tensor.view()(1, column) = 0;
  EXPECT_DOUBLE_EQ(measure(tensor.view(), kMortal).dead_units, 0.25);
}

TEST(Statistics, AUnitWithoutAFiniteEntryIsNeitherDeadNorSaturated) {
  Tensor<float> tensor = tensor_of(4, 30, [](std::mt19937&) { return 0.0F; });
  for (Index column = 0; column < 30; ++column) tensor.view()(1, column) = kNaN;
  EXPECT_DOUBLE_EQ(measure(tensor.view(), kRelu).dead_units, 0.75);
  EXPECT_DOUBLE_EQ(measure(tensor.view(), kRelu).saturated_units, 0.75);
}

TEST(Statistics, OfADifferenceAreThoseOfTheStoredDifference) {
  for (Index columns : {0, 1, 15, 16, 17, 64, 129, 5'003}) {
    const Tensor<float> left = tensor_of(3, columns, normal, 1);
    Tensor<float> right = left;
    for (std::size_t at = 0; at < right.values.size(); at += 3) right.values[at] += 1e-4F;
    Tensor<float> difference(3, columns);
    for (std::size_t at = 0; at < right.values.size(); ++at) difference.values[at] = left.values[at] - right.values[at];
    expect_close(measure_difference(left.view(), right.view()), slow(difference.view(), {}));
  }
  const Tensor<float> one = tensor_of(2, 40, [](std::mt19937&) { return kInfinity; });
  EXPECT_EQ(measure_difference(one.view(), one.view()).nan_count, 80);
}

TEST(Statistics, OfAChangeAreThoseOfTheValuesAndOfTheDifference) {
  for (Index columns : {0, 1, 17, 4'096, 5'003}) {
    for (const float odd : {0.0F, 1e30F, kNaN}) {
      Tensor<float> after = tensor_of(3, columns, [](std::mt19937& engine) { return 5 + normal(engine); });
      Tensor<float> before = after;
      for (std::size_t at = 0; at < before.values.size(); at += 3) before.values[at] += 1e-2F;
      if (columns > 0) after.values.back() = odd;
      Tensor<float> difference(3, columns);
      for (std::size_t at = 0; at < after.values.size(); ++at)
        difference.values[at] = after.values[at] - before.values[at];
      const ChangeStatistics seen = measure_change(after.view(), before.view());
      expect_close(seen.values, slow(after.view(), {}));
      expect_close(seen.change, slow(difference.view(), {}));
    }
  }
}

TEST(Statistics, HoldForAnyShapeAndAnyBits) {
  EXPECT_TRUE(rc::check("any shape, any bits", [] {
    Tensor<float> tensor(*rc::gen::inRange(0, 40), *rc::gen::inRange(0, 90));
    const int kind = *rc::gen::inRange(0, 4);
    std::mt19937 engine(*rc::gen::arbitrary<unsigned>());
    for (float& value : tensor.values) {
      const auto bits = static_cast<std::uint32_t>(engine());
      if (kind == 0) std::memcpy(&value, &bits, sizeof value);
      if (kind == 1) value = bits % 50 == 0 ? kNaN : normal(engine);
      if (kind == 2) value = bits % 3 == 0 ? 0.0F : std::ldexp(normal(engine), static_cast<int>(bits % 250) - 130);
      if (kind == 3) value = normal(engine);
    }
    const UnitRule rule = *rc::gen::element(UnitRule{}, kTanh, kRelu, kMortal);
    expect_close(measure(tensor.view(), rule), slow(tensor.view(), rule));
    RC_ASSERT(!testing::Test::HasFailure());
  }));
}

}  // namespace
}  // namespace gradclinic
