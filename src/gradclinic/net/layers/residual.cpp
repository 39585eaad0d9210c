#include "gradclinic/net/chain.h"
#include "gradclinic/net/layers/layers.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic {
namespace {

template <class T>
class Residual : public Layer<T> {
 public:
  explicit Residual(std::vector<std::unique_ptr<Layer<T>>> inner) : chain_(std::move(inner)) {}

  Index outputs(Index inputs) const override { return chain_.outputs(inputs); }

  std::vector<Layer<T>*> inner() override { return chain_.layers(); }

  void reserve(Index inputs, Index largest_batch) override { chain_.reserve(inputs, largest_batch); }

  void forward(View<const T> input, View<T> output, const Pass& pass) override {
    array(output) = array(chain_.forward(input, pass)) + array(input);
  }

  void backward(View<const T> input, View<const T>, View<const T> output_gradient, View<T> input_gradient,
                const Pass& pass) override {
    chain_.backward(input, output_gradient, input_gradient, pass);
    if (input_gradient.data) array(input_gradient) += array(output_gradient);
  }

 private:
  Chain<T> chain_;
};

}  // namespace

template <class T>
std::unique_ptr<Layer<T>> residual(std::vector<std::unique_ptr<Layer<T>>> inner) {
  return std::make_unique<Residual<T>>(std::move(inner));
}

template std::unique_ptr<Layer<float>> residual(std::vector<std::unique_ptr<Layer<float>>>);
template std::unique_ptr<Layer<double>> residual(std::vector<std::unique_ptr<Layer<double>>>);

}  // namespace gradclinic
