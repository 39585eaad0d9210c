#include <ATen/ATen.h>
#include <fmt/format.h>

#include "../blocks.h"

namespace gradclinic::networks {
namespace {

using torch::Pass;

class Mlp : public torch::Network {
 public:
  Mlp(const ModelSpec& model, const torch::NetworkSize& size, Generator& generator) : Network(model, generator) {
    std::int64_t inputs = size.inputs;
    for (std::int64_t layer = 1; layer <= model.depth; ++layer) {
      const bool last = layer == model.depth;
      const std::int64_t units = last ? size.outputs : model.width;
      linear_.push_back(weights_.add_product(fmt::format("linear{}", layer), {units, inputs}));
      if (!last) norms_.push_back(weights_.add_norm(model.norm, fmt::format("norm{}", layer), units));
      inputs = units;
    }
    weights_.draw();
  }

  at::Tensor forward(const at::Tensor& inputs, const Pass& pass) override {
    at::Tensor signal = inputs;
    for (std::size_t i = 0; i + 1 < linear_.size(); ++i) {
      at::Tensor output = torch::normalize(norms_[i], torch::multiply(linear_[i], signal, pass), pass);
      output = torch::drop(model_.dropout, torch::activate(model_.activation, output), pass);
      const bool adds = model_.residual && signal.size(1) == model_.width;
      signal = adds ? signal.add(output) : output;
    }
    return torch::multiply(linear_.back(), signal, pass);
  }

 private:
  std::vector<torch::Product> linear_;
  std::vector<torch::Norm> norms_;
};

}  // namespace

NetworkKind mlp() {
  return {.id = "mlp",
          .summary = "the multi-layer perceptron that the native engine trains, from the same weights",
          .reference = "the tests compare both",
          .build = &build_network<Mlp>};
}

}  // namespace gradclinic::networks
