#include "gradclinic/net/layers/layers.h"
#include "gradclinic/tensor/eigen.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

/// Every sum over features runs down the rows for all samples at once, so the batch stays the SIMD axis.
template <class T>
class LayerNorm : public Layer<T> {
 public:
  LayerNorm(Index features, int layer) : features_(features), layer_(layer) {}

  std::vector<typename Layer<T>::ParameterShape> parameter_shapes() const override {
    return {{"scale", features_, 1}, {"shift", features_, 1}};
  }

  void bind(const std::vector<Parameter<T>>& parameters) override {
    scale_ = parameters[0];
    shift_ = parameters[1];
    array(scale_.value).setOnes();
  }

  int layer() const override { return layer_; }

  void reserve(Index, Index largest_batch) override {
    for (Buffer<T>* buffer : {&mean_, &inverse_, &sum_, &sum_normalized_}) buffer->resize(largest_batch);
  }

  void forward(View<const T> input, View<T> output, const Pass&) override {
    const Index batch = input.columns;
    auto mean = array(mean_.data(), batch);
    auto inverse = array(inverse_.data(), batch);
    const T share = T(1) / static_cast<T>(features_);
    mean.setZero();
    for (Index feature = 0; feature < features_; ++feature) mean += array(input.row(feature), batch);
    mean *= share;
    inverse.setZero();
    for (Index feature = 0; feature < features_; ++feature)
      inverse += (array(input.row(feature), batch) - mean).square();
    inverse = (inverse * share + kEpsilon).rsqrt();
    for (Index feature = 0; feature < features_; ++feature)
      array(output.row(feature), batch) =
          (array(input.row(feature), batch) - mean) * inverse * scale_.value.data[feature] + shift_.value.data[feature];
  }

  void backward(View<const T> input, View<const T>, View<const T> output_gradient, View<T> input_gradient,
                const Pass&) override {
    const Index batch = input.columns;
    const auto mean = array(mean_.data(), batch);
    const auto inverse = array(inverse_.data(), batch);
    auto sum = array(sum_.data(), batch);
    auto sum_normalized = array(sum_normalized_.data(), batch);
    sum.setZero();
    sum_normalized.setZero();
    for (Index feature = 0; feature < features_; ++feature) {
      const auto gradient = array(output_gradient.row(feature), batch);
      const auto normalized = (array(input.row(feature), batch) - mean) * inverse;
      const T scale = scale_.value.data[feature];
      scale_.gradient.data[feature] = (gradient * normalized).sum();
      shift_.gradient.data[feature] = gradient.sum();
      sum += gradient * scale;
      sum_normalized += gradient * normalized * scale;
    }
    const T share = T(1) / static_cast<T>(features_);
    for (Index feature = 0; feature < features_; ++feature) {
      const auto normalized = (array(input.row(feature), batch) - mean) * inverse;
      array(input_gradient.row(feature), batch) =
          inverse * (array(output_gradient.row(feature), batch) * scale_.value.data[feature] -
                     (sum + normalized * sum_normalized) * share);
    }
  }

 private:
  static constexpr T kEpsilon = T(1e-5);

  Index features_;
  int layer_;
  Parameter<T> scale_;
  Parameter<T> shift_;
  Buffer<T> mean_;     // per sample
  Buffer<T> inverse_;  // 1 / sqrt(variance + epsilon), per sample
  Buffer<T> sum_;
  Buffer<T> sum_normalized_;
};

}  // namespace

template <class T>
std::unique_ptr<Layer<T>> layer_norm(Index features, int layer) {
  return std::make_unique<LayerNorm<T>>(features, layer);
}

template std::unique_ptr<Layer<float>> layer_norm(Index, int);
template std::unique_ptr<Layer<double>> layer_norm(Index, int);

}  // namespace gradclinic
