#include "gradclinic/net/network.h"

#include <cmath>

#include "gradclinic/net/activation.h"
#include "gradclinic/net/chain.h"
#include "gradclinic/net/initializer.h"
#include "gradclinic/net/layers/layers.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic {
namespace {

template <class T>
using Layers = std::vector<std::unique_ptr<Layer<T>>>;

template <class T>
Layers<T> hidden_block(const ModelSpec& model, Index inputs, int layer) {
  Layers<T> block;
  block.push_back(linear<T>(inputs, model.width, layer, false));
  if (model.norm == "batch") block.push_back(batch_norm<T>(model.width, layer));
  if (model.norm == "layer") block.push_back(layer_norm<T>(model.width, layer));
  block.push_back(activate<T>(find_activation(model.activation), layer));
  if (model.dropout > 0) block.push_back(dropout<T>(model.dropout));
  return block;
}

template <class T>
Layers<T> build(const ModelSpec& model, Index inputs, Index outputs) {
  Layers<T> layers;
  for (int layer = 1; layer < model.depth; ++layer) {
    Layers<T> block = hidden_block<T>(model, inputs, layer);
    if (model.residual && inputs == model.width)
      layers.push_back(residual<T>(std::move(block)));
    else
      for (auto& each : block) layers.push_back(std::move(each));
    inputs = model.width;
  }
  layers.push_back(linear<T>(inputs, outputs, static_cast<int>(model.depth), true));
  return layers;
}

template <class T>
std::vector<Layer<T>*> flatten(const std::vector<Layer<T>*>& layers) {
  std::vector<Layer<T>*> flat;
  for (Layer<T>* layer : layers) {
    const std::vector<Layer<T>*> inner = flatten<T>(layer->inner());
    if (inner.empty())
      flat.push_back(layer);
    else
      flat.insert(flat.end(), inner.begin(), inner.end());
  }
  return flat;
}

void fill(const Initializer& initializer, View<float> weights, const ModelSpec& model, Generator& generator) {
  initializer.fill(weights, weights.rows, model, generator);
}
void fill(const Initializer& initializer, View<double> weights, const ModelSpec& model, Generator& generator) {
  initializer.fill64(weights, weights.rows, model, generator);
}

}  // namespace

template <class T>
Network<T>::Network(const ModelSpec& model, Index inputs, Index outputs, Index largest_batch, Generator& generator)
    : model_(model),
      inputs_(inputs),
      outputs_(outputs),
      chain_(std::make_unique<Chain<T>>(build<T>(model, inputs, outputs))) {
  chain_->reserve(inputs, largest_batch);
  bind_parameters();
  initialize(generator);
}

template <class T>
Network<T>::~Network() = default;
template <class T>
Network<T>::Network(Network&&) noexcept = default;

template <class T>
void Network<T>::bind_parameters() {
  const std::vector<Layer<T>*> layers = flatten<T>(chain_->layers());
  Index size = 0;
  for (const Layer<T>* layer : layers)
    for (const auto& shape : layer->parameter_shapes()) size += shape.rows * shape.columns;
  values_.resize(static_cast<std::size_t>(size));
  gradients_.resize(static_cast<std::size_t>(size));
  Index offset = 0;
  for (Layer<T>* layer : layers) {
    std::vector<Parameter<T>> own;
    for (const auto& shape : layer->parameter_shapes()) {
      own.push_back({shape.name,
                     {values_.data() + offset, shape.rows, shape.columns},
                     {gradients_.data() + offset, shape.rows, shape.columns},
                     layer->layer()});
      offset += shape.rows * shape.columns;
    }
    if (!own.empty()) layer->bind(own);
    parameters_.insert(parameters_.end(), own.begin(), own.end());
  }
}

template <class T>
void Network<T>::initialize(Generator& generator) {
  // nn.Linear draws its default weight and bias when it is made; initializers then run over the finished network.
  const Initializer& torch_default = find_initializer("torch");
  for (const Parameter<T>& parameter : parameters_) {
    if (parameter.name == "weight") fill(torch_default, parameter.value, model_, generator);
    if (parameter.name != "bias") continue;
    const Index fan_in = parameter.layer == 1 ? inputs_ : model_.width;
    const T bound = static_cast<T>(1 / std::sqrt(static_cast<double>(fan_in)));
    generator.uniform(parameter.value.flat(), -bound, bound);
  }
  const Initializer& initializer = find_initializer(model_.init);
  for (const Parameter<T>& parameter : parameters_) {
    if (parameter.name == "weight") {
      if (!initializer.keeps_default_bias) fill(initializer, parameter.value, model_, generator);
      array(parameter.value) *= static_cast<T>(model_.init_gain);
    }
    if (parameter.name != "bias") continue;
    if (!initializer.keeps_default_bias) array(parameter.value).setZero();
    if (parameter.layer < model_.depth) array(parameter.value) += static_cast<T>(model_.bias_init);
  }
}

template <class T>
void Network<T>::scale_by_data(View<const T> inputs, Generator& generator) {
  if (!find_initializer(model_.init).scales_by_data) return;
  chain_->forward(inputs, {.training = true, .generator = &generator, .scale_outputs = true});
}

template <class T>
View<const T> Network<T>::forward(View<const T> inputs, const Pass& pass) {
  return chain_->forward(inputs, pass);
}

template <class T>
void Network<T>::backward(View<const T> inputs, View<const T> output_gradient, const Pass& pass) {
  chain_->backward(inputs, output_gradient, {}, pass);
}

template <class T>
void Network<T>::backward(View<const T> inputs, View<const T> output_gradient, View<T> input_gradient,
                          const Pass& pass) {
  chain_->backward(inputs, output_gradient, input_gradient, pass);
}

template class Network<float>;
template class Network<double>;

}  // namespace gradclinic
