// Sums of rows against plain loops in long double, with every width around those of the vectors.
#include "gradclinic/tensor/row_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A third of the entries are 0, the others normal times `scale`.
Tensor<float> values_of(Index rows, Index columns, float scale) {
  Tensor<float> values(rows, columns);
  Generator generator(7);
  generator.normal(values.values);
  for (std::size_t i = 0; i < values.values.size(); ++i) values.values[i] *= i % 3 == 0 ? 0 : scale;
  return values;
}

void expect_plain(View<const float> values, float low, float high, const RowSums& got, Index row) {
  long double sum = 0, squares = 0, magnitude = 0;
  Index nonzero = 0, saturated = 0;
  for (Index i = 0; i < values.columns; ++i) {
    const long double x = values(row, i);
    sum += x, squares += x * x, magnitude += std::abs(x);
    nonzero += x != 0 ? 1 : 0;
    saturated += x <= low || x >= high ? 1 : 0;
  }
  EXPECT_NEAR(got.sum, static_cast<double>(sum), 1e-13 * static_cast<double>(magnitude));
  EXPECT_NEAR(got.squares, static_cast<double>(squares), 1e-13 * static_cast<double>(squares));
  EXPECT_EQ(got.nonzero, nonzero);
  EXPECT_EQ(got.saturated, saturated);
}

TEST(RowSums, AgreeWithPlainLoops) {
  for (const float scale : {1.0F, 1e-25F, 1e25F})
    for (Index columns = 1; columns <= 70; ++columns) {
      SCOPED_TRACE(columns);
      const Tensor<float> values = values_of(3, columns, scale);
      std::vector<RowSums> rows(3);
      add_row_sums(values.view(), -scale, 0.5F * scale, rows);
      for (Index row = 0; row < 3; ++row) expect_plain(values.view(), -scale, 0.5F * scale, rows[row], row);
    }
}

TEST(RowSums, AddToWhatIsThere) {
  const Tensor<float> values = values_of(2, 37, 1);
  std::vector<RowSums> once(2), twice(2);
  add_row_sums(values.view(), -1, 1, once);
  for (int i = 0; i < 2; ++i) add_row_sums(values.view(), -1, 1, twice);
  for (std::size_t row = 0; row < 2; ++row) {
    EXPECT_DOUBLE_EQ(twice[row].sum, 2 * once[row].sum);
    EXPECT_DOUBLE_EQ(twice[row].squares, 2 * once[row].squares);
    EXPECT_EQ(twice[row].nonzero, 2 * once[row].nonzero);
    EXPECT_EQ(twice[row].saturated, 2 * once[row].saturated);
  }
}

TEST(RowSums, LimitsThatAreNaNSaturateNothing) {
  Tensor<float> values = values_of(1, 40, 1);
  values.values[3] = std::numeric_limits<float>::infinity();
  values.values[39] = -std::numeric_limits<float>::infinity();
  std::vector<RowSums> rows(1);
  add_row_sums(values.view(), kNaN, kNaN, rows);
  EXPECT_EQ(rows[0].saturated, 0);
  EXPECT_TRUE(std::isnan(rows[0].sum));
}

TEST(RowSums, NaNIsNotZero) {
  for (const Index place : {0, 17, 34}) {
    Tensor<float> values(1, 35);
    values.values[static_cast<std::size_t>(place)] = kNaN;
    std::vector<RowSums> rows(1);
    add_row_sums(values.view(), -1, 1, rows);
    EXPECT_EQ(rows[0].nonzero, 1);
    EXPECT_EQ(rows[0].saturated, 0);
    EXPECT_TRUE(std::isnan(rows[0].squares));
  }
}

}  // namespace
}  // namespace gradclinic
