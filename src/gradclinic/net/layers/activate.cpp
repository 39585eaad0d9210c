#include "gradclinic/net/layers/layers.h"

namespace gradclinic {
namespace {

template <class T>
class Activate : public Layer<T> {
 public:
  Activate(const Activation& activation, int layer) : activation_(activation), layer_(layer) {}

  void forward(View<const T> input, View<T> output, const Pass& pass) override {
    pass.show<T>(Quantity::pre_activation, layer_, input);
    if constexpr (std::is_same_v<T, float>)
      activation_.forward(input, output);
    else
      activation_.forward64(input, output);
    pass.show<T>(Quantity::activation, layer_, output);
  }

  void backward(View<const T> input, View<const T> output, View<const T> output_gradient, View<T> input_gradient,
                const Pass& pass) override {
    pass.show<T>(Quantity::activation_grad, layer_, output_gradient);
    if constexpr (std::is_same_v<T, float>)
      activation_.backward(input, output, output_gradient, input_gradient);
    else
      activation_.backward64(input, output, output_gradient, input_gradient);
    pass.show<T>(Quantity::pre_activation_grad, layer_, input_gradient);
  }

 private:
  const Activation& activation_;
  int layer_;
};

}  // namespace

template <class T>
std::unique_ptr<Layer<T>> activate(const Activation& activation, int layer) {
  return std::make_unique<Activate<T>>(activation, layer);
}

template std::unique_ptr<Layer<float>> activate(const Activation&, int);
template std::unique_ptr<Layer<double>> activate(const Activation&, int);

}  // namespace gradclinic
