#include "gradclinic/net/layers/layers.h"
#include "gradclinic/tensor/eigen.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

template <class T>
class Dropout : public Layer<T> {
 public:
  explicit Dropout(double probability) : probability_(probability) {}

  void reserve(Index inputs, Index largest_batch) override {
    mask_ = Tensor<T>(inputs, largest_batch);
    sample_.resize(inputs);
  }

  void forward(View<const T> input, View<T> output, const Pass& pass) override {
    if (!pass.training) {
      array(output) = array(input);
      return;
    }
    const View<T> mask = mask_.first_columns(input.columns);
    const T kept = static_cast<T>(1 / (1 - probability_));
    for (Index column = 0; column < input.columns; ++column) {
      pass.generator->bernoulli(std::span<T>(sample_), 1 - probability_);
      for (Index row = 0; row < input.rows; ++row) mask(row, column) = sample_[row] * kept;
    }
    array(output) = array(input) * array(mask);
  }

  void backward(View<const T> input, View<const T>, View<const T> output_gradient, View<T> input_gradient,
                const Pass& pass) override {
    if (pass.training)
      array(input_gradient) = array(output_gradient) * array(mask_.first_columns(input.columns));
    else
      array(input_gradient) = array(output_gradient);
  }

 private:
  double probability_;
  Tensor<T> mask_;
  Buffer<T> sample_;  // one sample's draws, in torch's order
};

}  // namespace

template <class T>
std::unique_ptr<Layer<T>> dropout(double probability) {
  return std::make_unique<Dropout<T>>(probability);
}

template std::unique_ptr<Layer<float>> dropout(double);
template std::unique_ptr<Layer<double>> dropout(double);

}  // namespace gradclinic
