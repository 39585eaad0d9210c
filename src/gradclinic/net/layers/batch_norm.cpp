#include <cmath>

#include "gradclinic/net/layers/layers.h"
#include "gradclinic/tensor/eigen.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

template <class T>
class BatchNorm : public Layer<T> {
 public:
  BatchNorm(Index features, int layer)
      : features_(features),
        layer_(layer),
        mean_(features),
        inverse_(features),
        running_mean_(features),
        running_variance_(features, T(1)) {}

  std::vector<typename Layer<T>::ParameterShape> parameter_shapes() const override {
    return {{"scale", features_, 1}, {"shift", features_, 1}};
  }

  void bind(const std::vector<Parameter<T>>& parameters) override {
    scale_ = parameters[0];
    shift_ = parameters[1];
    array(scale_.value).setOnes();
  }

  int layer() const override { return layer_; }

  void forward(View<const T> input, View<T> output, const Pass& pass) override {
    const Index batch = input.columns;
    for (Index feature = 0; feature < features_; ++feature) {
      const auto row = array(input.row(feature), batch);
      T mean = running_mean_[feature];
      T variance = running_variance_[feature];
      if (pass.training) {
        mean = row.mean();
        variance = (row - mean).square().mean();
        if (!pass.scale_outputs) track(feature, mean, variance, batch);
      }
      mean_[feature] = mean;
      inverse_[feature] = 1 / std::sqrt(variance + kEpsilon);
      const T factor = inverse_[feature] * scale_.value.data[feature];
      array(output.row(feature), batch) = (row - mean) * factor + shift_.value.data[feature];
    }
  }

  void backward(View<const T> input, View<const T>, View<const T> output_gradient, View<T> input_gradient,
                const Pass& pass) override {
    const Index batch = input.columns;
    // In evaluation the mean and the variance do not depend on the batch.
    const T share = pass.training ? 1 / static_cast<T>(batch) : T(0);
    for (Index feature = 0; feature < features_; ++feature) {
      const auto row = array(input.row(feature), batch);
      const auto gradient = array(output_gradient.row(feature), batch);
      const T mean = mean_[feature];
      const T inverse = inverse_[feature];
      const T sum = gradient.sum();
      const T sum_normalized = (gradient * (row - mean)).sum() * inverse;
      scale_.gradient.data[feature] = sum_normalized;
      shift_.gradient.data[feature] = sum;
      const T factor = scale_.value.data[feature] * inverse;
      array(input_gradient.row(feature), batch) =
          factor * (gradient - sum * share - (row - mean) * (inverse * sum_normalized * share));
    }
  }

 private:
  static constexpr T kEpsilon = T(1e-5);
  static constexpr T kMomentum = T(0.1);

  void track(Index feature, T mean, T variance, Index batch) {
    const T unbiased = batch > 1 ? variance * static_cast<T>(batch) / static_cast<T>(batch - 1) : variance;
    running_mean_[feature] += kMomentum * (mean - running_mean_[feature]);
    running_variance_[feature] += kMomentum * (unbiased - running_variance_[feature]);
  }

  Index features_;
  int layer_;
  Parameter<T> scale_;
  Parameter<T> shift_;
  Buffer<T> mean_;
  Buffer<T> inverse_;  // 1 / sqrt(variance + epsilon)
  Buffer<T> running_mean_;
  Buffer<T> running_variance_;
};

}  // namespace

template <class T>
std::unique_ptr<Layer<T>> batch_norm(Index features, int layer) {
  return std::make_unique<BatchNorm<T>>(features, layer);
}

template std::unique_ptr<Layer<float>> batch_norm(Index, int);
template std::unique_ptr<Layer<double>> batch_norm(Index, int);

}  // namespace gradclinic
