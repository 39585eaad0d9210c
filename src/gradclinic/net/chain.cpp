#include "gradclinic/net/chain.h"

#include <algorithm>

namespace gradclinic {

template <class T>
Index Chain<T>::outputs(Index inputs) const {
  for (const auto& layer : layers_) inputs = layer->outputs(inputs);
  return inputs;
}

template <class T>
std::vector<Layer<T>*> Chain<T>::layers() const {
  std::vector<Layer<T>*> all;
  for (const auto& layer : layers_) all.push_back(layer.get());
  return all;
}

template <class T>
void Chain<T>::reserve(Index inputs, Index largest_batch) {
  Index widest = inputs;
  outputs_.clear();
  for (const auto& layer : layers_) {
    layer->reserve(inputs, largest_batch);
    inputs = layer->outputs(inputs);
    widest = std::max(widest, inputs);
    outputs_.emplace_back(inputs, largest_batch);
  }
  for (Buffer<T>& buffer : gradients_) buffer.resize(static_cast<std::size_t>(widest * largest_batch));
}

template <class T>
View<const T> Chain<T>::forward(View<const T> input, const Pass& pass) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const View<T> output = outputs_[i].first_columns(input.columns);
    layers_[i]->forward(input, output, pass);
    input = output;
  }
  return input;
}

template <class T>
void Chain<T>::backward(View<const T> input, View<const T> output_gradient, View<T> input_gradient, const Pass& pass) {
  const Index batch = input.columns;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const View<const T> layer_input = i == 0 ? input : View<const T>(outputs_[i - 1].first_columns(batch));
    const View<T> layer_gradient = i == 0 ? input_gradient : View<T>{gradients_[i % 2].data(), layer_input.rows, batch};
    layers_[i]->backward(layer_input, outputs_[i].first_columns(batch), output_gradient, layer_gradient, pass);
    output_gradient = layer_gradient;
  }
}

template class Chain<float>;
template class Chain<double>;

}  // namespace gradclinic
