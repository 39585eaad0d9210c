#include "initialization.h"

#include <ATen/ATen.h>

#include "gradclinic/net/initializer.h"
#include "gradclinic/support/error.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic::torch {

void initialize(const std::vector<Layer>& layers, const Spec& spec) {
  const at::NoGradGuard no_gradients;
  const bool keeps = spec.model.init == ModelSpec{}.init;
  const Initializer& initializer = find_initializer(spec.model.init);
  if (initializer.scales_by_data)
    throw BadInput("model.init", "this initializer needs each layer's data, which TorchScript does not give",
                   spec.model.init);
  Generator generator(spec.seed);
  for (const Layer& layer : layers) {
    at::Tensor weight = layer.weight;
    if (!keeps) {
      gradclinic::Tensor<float> drawn(weight.size(0), weight.numel() / weight.size(0));
      initializer.fill(drawn.view(), weight.numel() / weight.size(1), spec.model, generator);
      weight.copy_(at::from_blob(drawn.values.data(), weight.sizes(), at::kFloat));
      for (at::Tensor bias : layer.biases) bias.zero_();
    }
    if (spec.model.init_gain != 1) weight.mul_(spec.model.init_gain);
  }
}

}  // namespace gradclinic::torch
