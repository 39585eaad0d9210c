// Every kind of layer against finite differences in double precision: the input's gradient and each parameter's.
#include <gtest/gtest.h>

#include <random>

#include "gradclinic/net/layers/layers.h"
#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/tensor/tensor.h"
#include "net/finite_differences.h"

namespace gradclinic {
namespace {

constexpr Index kInputs = 5;
constexpr Index kBatch = 7;

void randomize(std::span<double> values, std::mt19937& random) {
  std::normal_distribution<double> normal;
  for (double& value : values) value = normal(random);
}

/// A layer with parameters of its own, judged by a fixed random combination of its outputs.
class Bench {
 public:
  explicit Bench(std::unique_ptr<Layer<double>> layer) : layer_(std::move(layer)) {
    layer_->reserve(kInputs, kBatch);
    bind(*layer_);
    randomize(input_.values, random_);
    output_ = Tensor<double>(layer_->outputs(kInputs), kBatch);
    weights_ = Tensor<double>(output_.rows, kBatch);
    randomize(weights_.values, random_);
  }

  Tensor<double>& input() { return input_; }
  std::vector<Parameter<double>>& parameters() { return parameters_; }

  /// Dropout draws the same mask each time.
  double judge(bool training) {
    Generator generator(3);
    layer_->forward(input_.view(), output_.view(), {.training = training, .generator = &generator});
    double sum = 0;
    for (std::size_t i = 0; i < output_.values.size(); ++i) sum += output_.values[i] * weights_.values[i];
    return sum;
  }

  void check(bool training = true) {
    judge(training);
    Tensor<double> input_gradient(kInputs, kBatch);
    layer_->backward(input_.view(), output_.view(), weights_.view(), input_gradient.view(), {.training = training});
    const auto function = [&] { return judge(training); };
    expect_gradient(input_gradient.values, numerical_gradient(input_.values, function), "input");
    for (const Parameter<double>& parameter : parameters_)
      expect_gradient(parameter.gradient.flat(), numerical_gradient(parameter.value.flat(), function), parameter.name);
  }

 private:
  void bind(Layer<double>& layer) {
    for (Layer<double>* inner : layer.inner()) bind(*inner);
    if (!layer.inner().empty()) return;
    std::vector<Parameter<double>> own;
    for (const auto& shape : layer.parameter_shapes()) {
      memory_.push_back(std::make_unique<Tensor<double>>(shape.rows, shape.columns));
      const View<double> value = memory_.back()->view();
      memory_.push_back(std::make_unique<Tensor<double>>(shape.rows, shape.columns));
      own.push_back({shape.name, value, memory_.back()->view(), layer.layer()});
    }
    if (own.empty()) return;
    layer.bind(own);
    for (const Parameter<double>& parameter : own) randomize(parameter.value.flat(), random_);
    parameters_.insert(parameters_.end(), own.begin(), own.end());
  }

  std::mt19937 random_{11};
  std::unique_ptr<Layer<double>> layer_;
  std::vector<std::unique_ptr<Tensor<double>>> memory_;
  std::vector<Parameter<double>> parameters_;
  Tensor<double> input_{kInputs, kBatch};
  Tensor<double> output_;
  Tensor<double> weights_;
};

using Inner = std::vector<std::unique_ptr<Layer<double>>>;

TEST(LayerGradients, Linear) { Bench(linear<double>(kInputs, 4, 1, false)).check(); }

TEST(LayerGradients, LinearWithoutInputGradientLeavesTheRest) {
  Bench bench(linear<double>(kInputs, 4, 1, true));
  ASSERT_EQ(bench.parameters().size(), 2U);
  const auto layer = linear<double>(kInputs, 4, 1, true);
  layer->bind(bench.parameters());
  Tensor<double> output_gradient(4, kBatch);
  std::mt19937 random(2);
  randomize(output_gradient.values, random);
  Tensor<double> input_gradient(kInputs, kBatch);
  layer->backward(bench.input().view(), {}, output_gradient.view(), input_gradient.view(), {});
  const std::vector<double> with(bench.parameters()[0].gradient.flat().begin(),
                                 bench.parameters()[0].gradient.flat().end());
  layer->backward(bench.input().view(), {}, output_gradient.view(), {}, {});
  EXPECT_TRUE(std::ranges::equal(with, bench.parameters()[0].gradient.flat()));
}

TEST(LayerGradients, EveryActivation) {
  for (const std::string& name : names_in("activations")) {
    SCOPED_TRACE(name);
    Bench bench(activate<double>(find_activation(name), 1));
    for (double& value : bench.input().values) value += value < 0 ? -0.05 : 0.05;  // away from a kink at 0
    bench.check();
    bench.check(false);
  }
}

TEST(LayerGradients, BatchNormInTraining) { Bench(batch_norm<double>(kInputs, 1)).check(); }

TEST(LayerGradients, BatchNormInEvaluation) {
  Bench bench(batch_norm<double>(kInputs, 1));
  for (int i = 0; i < 3; ++i) bench.judge(true);  // gives the running statistics values of their own
  bench.check(false);
}

TEST(LayerGradients, LayerNorm) {
  Bench(layer_norm<double>(kInputs, 1)).check();
  Bench(layer_norm<double>(kInputs, 1)).check(false);
}

TEST(LayerGradients, DropoutWithAFixedMask) {
  Bench bench(dropout<double>(0.4));
  bench.check();
  bench.check(false);
}

TEST(LayerGradients, Residual) {
  Inner inner;
  inner.push_back(linear<double>(kInputs, kInputs, 1, false));
  Bench(residual<double>(std::move(inner))).check();
}

TEST(LayerGradients, ResidualAroundAWholeBlock) {
  for (const bool by_batch : {true, false}) {
    Inner inner;
    inner.push_back(linear<double>(kInputs, kInputs, 1, false));
    inner.push_back(by_batch ? batch_norm<double>(kInputs, 1) : layer_norm<double>(kInputs, 1));
    inner.push_back(activate<double>(find_activation("tanh"), 1));
    inner.push_back(dropout<double>(0.3));
    Bench(residual<double>(std::move(inner))).check();
  }
}

TEST(LayerGradients, ResidualInAResidual) {
  Inner innermost;
  innermost.push_back(linear<double>(kInputs, kInputs, 1, false));
  innermost.push_back(layer_norm<double>(kInputs, 1));
  Inner inner;
  inner.push_back(residual<double>(std::move(innermost)));
  inner.push_back(activate<double>(find_activation("silu"), 1));
  Bench(residual<double>(std::move(inner))).check();
}

}  // namespace
}  // namespace gradclinic
