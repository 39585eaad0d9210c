#include <cmath>

#include "gradclinic/net/layers/layers.h"
#include "gradclinic/tensor/eigen.h"
#include "gradclinic/tensor/product.h"

namespace gradclinic {
namespace {

template <class T>
class Linear : public Layer<T> {
 public:
  Linear(Index inputs, Index outputs, int layer, bool is_output_layer)
      : inputs_(inputs), outputs_(outputs), layer_(layer), is_output_layer_(is_output_layer) {}

  Index outputs(Index) const override { return outputs_; }

  std::vector<typename Layer<T>::ParameterShape> parameter_shapes() const override {
    return {{"weight", outputs_, inputs_}, {"bias", outputs_, 1}};
  }

  void bind(const std::vector<Parameter<T>>& parameters) override {
    weight_ = parameters[0];
    bias_ = parameters[1];
  }

  int layer() const override { return layer_; }

  void forward(View<const T> input, View<T> output, const Pass& pass) override {
    multiply_forward<T>(weight_.value, input, bias_.value.data, output);
    if (pass.scale_outputs) scale_weights(input, output);
    if (is_output_layer_) pass.show<T>(Quantity::pre_activation, layer_, output);
  }

  void backward(View<const T> input, View<const T>, View<const T> output_gradient, View<T> input_gradient,
                const Pass& pass) override {
    if (is_output_layer_) pass.show<T>(Quantity::pre_activation_grad, layer_, output_gradient);
    multiply_weight_gradient<T>(output_gradient, input, weight_.gradient, bias_.gradient.data);
    pass.show<T>(Quantity::weight_grad, layer_, weight_.gradient);
    if (input_gradient.data) multiply_backward<T>(weight_.value, output_gradient, input_gradient);
  }

 private:
  /// Mishkin & Matas 2016: divide by the output's deviation until its variance is within 0.1 of 1.
  void scale_weights(View<const T> input, View<T> output) {
    constexpr int kTries = 10;
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const auto values = array(output);
      const T variance = (values - values.mean()).square().mean();
      if (std::abs(variance - 1) < T(0.1) || !(variance > 0)) return;
      array(weight_.value) /= std::sqrt(variance);
      multiply_forward<T>(weight_.value, input, bias_.value.data, output);
    }
  }

  Index inputs_;
  Index outputs_;
  int layer_;
  bool is_output_layer_;
  Parameter<T> weight_;
  Parameter<T> bias_;
};

}  // namespace

template <class T>
std::unique_ptr<Layer<T>> linear(Index inputs, Index outputs, int layer, bool is_output_layer) {
  return std::make_unique<Linear<T>>(inputs, outputs, layer, is_output_layer);
}

template std::unique_ptr<Layer<float>> linear(Index, Index, int, bool);
template std::unique_ptr<Layer<double>> linear(Index, Index, int, bool);

}  // namespace gradclinic
