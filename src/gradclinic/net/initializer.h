#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/spec.h"
#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// A catalogue entry of net/initializers: how a layer's weights (outputs x fan-in) are drawn.
struct Initializer {
  std::string id;
  std::string summary;
  std::string reference;
  /// Fills the weights, in torch's order of draws. `fan_out`: how many sums an input takes part in; of a linear layer
  /// its outputs, of a convolution times the kernel's size. Biases are zero afterwards unless keeps_default_bias.
  void (*fill)(View<float> weights, Index fan_out, const ModelSpec& model, Generator& generator);
  void (*fill64)(View<double> weights, Index fan_out, const ModelSpec& model, Generator& generator);
  bool keeps_default_bias = false;  ///< `torch`: nn.Linear's own bias
  bool scales_by_data = false;      ///< `lsuv`: afterwards each layer's output variance on a batch is scaled to 1
};

namespace initializers {
std::vector<Initializer> all();
}  // namespace initializers

const Initializer& find_initializer(const std::string& id);

}  // namespace gradclinic
