// The three products against triple loops in long double, with every operand where a kernel would go wrong first:
// odd sizes, odd addresses, memory beyond the result that must stay as it was.
#include "gradclinic/tensor/product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

template <class T>
struct Placed {
  static constexpr Index kMargin = 32;
  static constexpr T kUntouched = T(-12345);

  Buffer<T> memory;
  View<T> view;

  /// `offset` entries after an aligned address.
  Placed(Index rows, Index columns, Index offset = 0) : memory(rows * columns + offset + 2 * kMargin, kUntouched) {
    view = {memory.data() + kMargin + offset, rows, columns};
  }

  void randomize(std::mt19937& random) {
    std::uniform_real_distribution<T> distribution(-1, 1);
    for (T& value : view.flat()) value = distribution(random);
  }
  void spoil() {
    for (T& value : view.flat()) value = std::numeric_limits<T>::quiet_NaN();
  }
  bool kept_its_margins() const {
    for (Index i = 0; i < static_cast<Index>(memory.size()); ++i)
      if ((memory.data() + i < view.data || memory.data() + i >= view.data + view.size()) && memory[i] != kUntouched)
        return false;
    return true;
  }
};

/// A sum of products with the largest error that any order of adding them may have.
struct Sum {
  long double value = 0;
  long double magnitude = 0;
  Index terms = 0;

  template <class T>
  void add(T left, T right) {
    const long double product = static_cast<long double>(left) * static_cast<long double>(right);
    value += product;
    magnitude += std::abs(product);
    ++terms;
  }
  template <class T>
  bool allows(T result) const {
    const long double bound = static_cast<long double>(terms + 1) * std::numeric_limits<T>::epsilon() * magnitude;
    return std::abs(result - value) <= bound;
  }
};

struct Shape {
  Index outputs;
  Index inputs;
  Index batch;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.outputs << " outputs, " << shape.inputs << " inputs, batch " << shape.batch;
}

/// The first wrong entry's description, or nothing.
template <class T, class Expected>
std::string fault(const Placed<T>& result, Expected expected) {
  for (Index row = 0; row < result.view.rows; ++row)
    for (Index column = 0; column < result.view.columns; ++column)
      if (!expected(row, column).allows(result.view(row, column)))
        return "entry (" + std::to_string(row) + ", " + std::to_string(column) + ") is " +
               std::to_string(result.view(row, column)) + ", not " +
               std::to_string(static_cast<double>(expected(row, column).value));
  return result.kept_its_margins() ? "" : "memory outside the result was written";
}

template <class T>
void check(const Shape& shape, std::mt19937& random) {
  const auto [outputs, inputs, batch] = shape;
  std::uniform_int_distribution<Index> offset(0, 5);  // parameters lie anywhere in the network's flat buffer
  Placed<T> weights(outputs, inputs, offset(random)), bias(outputs, 1, offset(random)), input(inputs, batch);
  Placed<T> output(outputs, batch), output_gradient(outputs, batch), input_gradient(inputs, batch);
  Placed<T> weight_gradient(outputs, inputs, offset(random)), bias_gradient(outputs, 1, offset(random));
  for (Placed<T>* each : {&weights, &bias, &input, &output_gradient}) each->randomize(random);
  for (Placed<T>* each : {&output, &input_gradient, &weight_gradient, &bias_gradient}) each->spoil();

  multiply_forward<T>(weights.view, input.view, bias.view.data, output.view);
  multiply_backward<T>(weights.view, output_gradient.view, input_gradient.view);
  multiply_weight_gradient<T>(output_gradient.view, input.view, weight_gradient.view, bias_gradient.view.data);

  ASSERT_EQ("", fault(output,
                      [&](Index row, Index column) {
                        Sum sum;
                        sum.add(bias.view.data[row], T(1));
                        for (Index k = 0; k < inputs; ++k) sum.add(weights.view(row, k), input.view(k, column));
                        return sum;
                      }))
      << "forward, " << shape;
  ASSERT_EQ("", fault(input_gradient,
                      [&](Index row, Index column) {
                        Sum sum;
                        for (Index k = 0; k < outputs; ++k)
                          sum.add(weights.view(k, row), output_gradient.view(k, column));
                        return sum;
                      }))
      << "backward, " << shape;
  ASSERT_EQ("", fault(weight_gradient,
                      [&](Index row, Index column) {
                        Sum sum;
                        for (Index k = 0; k < batch; ++k) sum.add(output_gradient.view(row, k), input.view(column, k));
                        return sum;
                      }))
      << "weight gradient, " << shape;
  ASSERT_EQ("", fault(bias_gradient,
                      [&](Index row, Index) {
                        Sum sum;
                        for (Index k = 0; k < batch; ++k) sum.add(output_gradient.view(row, k), T(1));
                        return sum;
                      }))
      << "bias gradient, " << shape;
}

template <class T>
class Product : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Product, Precisions);

TYPED_TEST(Product, EverySmallShape) {
  std::mt19937 random(1);
  for (Index outputs = 1; outputs <= 9; ++outputs)
    for (Index inputs = 1; inputs <= 9; ++inputs)
      for (Index batch = 1; batch <= 18; ++batch) check<TypeParam>({outputs, inputs, batch}, random);
}

TYPED_TEST(Product, ShapesAroundTheWidthsOfSimd) {
  std::mt19937 random(2);
  for (const Index outputs : {1, 3, 15, 16, 17, 33, 50, 70})
    for (const Index inputs : {1, 5, 16, 31, 49, 64, 70})
      for (const Index batch : {1, 2, 15, 16, 17, 47, 48, 49, 63, 64, 65, 96, 113, 128, 130})
        check<TypeParam>({outputs, inputs, batch}, random);
}

TYPED_TEST(Product, ShapesAtRandom) {
  std::mt19937 random(3);
  std::uniform_int_distribution<Index> width(1, 70), batch(1, 130);
  for (int i = 0; i < 300; ++i) check<TypeParam>({width(random), width(random), batch(random)}, random);
}

TYPED_TEST(Product, LargeShapes) {
  std::mt19937 random(4);
  for (const Shape& shape :
       {Shape{10, 784, 64}, Shape{257, 200, 101}, Shape{128, 128, 1000}, Shape{1, 50, 4099}, Shape{300, 1, 513},
        Shape{320, 320, 129}, Shape{50, 50, 1001}, Shape{130, 1024, 30}, Shape{200, 1100, 70}})
    check<TypeParam>(shape, random);
}

/// A network that diverges must show it: no shortcut may lose a NaN or an infinity.
TYPED_TEST(Product, NotANumberGoesThrough) {
  using T = TypeParam;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const T infinity = std::numeric_limits<T>::infinity();
  for (const Shape& shape : {Shape{3, 4, 5}, Shape{17, 16, 33}, Shape{50, 50, 64}, Shape{130, 140, 150}}) {
    std::mt19937 random(5);
    Placed<T> weights(shape.outputs, shape.inputs), bias(shape.outputs, 1), input(shape.inputs, shape.batch);
    Placed<T> output(shape.outputs, shape.batch), weight_gradient(shape.outputs, shape.inputs), sums(shape.outputs, 1);
    for (Placed<T>* each : {&bias, &input}) each->randomize(random);
    for (T& value : weights.view.flat()) value = 0;
    input.view(1, 2) = nan;
    input.view(2, 3) = infinity;  // times a weight of zero
    multiply_forward<T>(weights.view, input.view, bias.view.data, output.view);
    for (Index row = 0; row < shape.outputs; ++row) {
      EXPECT_TRUE(std::isnan(output.view(row, 2))) << shape;
      EXPECT_TRUE(std::isnan(output.view(row, 3))) << shape;
      EXPECT_EQ(output.view(row, 1), bias.view.data[row]) << shape;
    }
    for (T& value : output.view.flat()) value = 0;
    multiply_weight_gradient<T>(output.view, input.view, weight_gradient.view, sums.view.data);
    EXPECT_TRUE(std::isnan(weight_gradient.view(0, 1))) << shape;
    EXPECT_TRUE(std::isnan(weight_gradient.view(0, 2))) << shape;
    EXPECT_EQ(weight_gradient.view(0, 3), 0) << shape;
  }
}

TYPED_TEST(Product, SameOperandsSameBits) {
  using T = TypeParam;
  std::mt19937 random(6);
  Placed<T> weights(50, 50), bias(50, 1), input(50, 77), first(50, 77), second(50, 77, 3);
  for (Placed<T>* each : {&weights, &bias, &input}) each->randomize(random);
  multiply_forward<T>(weights.view, input.view, bias.view.data, first.view);
  multiply_forward<T>(weights.view, input.view, bias.view.data, second.view);
  EXPECT_TRUE(std::ranges::equal(first.view.flat(), second.view.flat()));
}

}  // namespace
}  // namespace gradclinic
