#include <ATen/ATen.h>
#include <fmt/format.h>

#include "../blocks.h"
#include "../tokens.h"

namespace gradclinic::networks {
namespace {

using torch::Pass;

/// Recurrent layers, the last one's state after the last step, and a linear output.
class Rnn : public torch::Network {
 public:
  Rnn(const ModelSpec& model, const torch::NetworkSize& size, Generator& generator) : Network(model, generator) {
    torch::check_tokens(model, size.inputs);
    const std::int64_t gates = model.cell == "lstm" ? 4 : model.cell == "gru" ? 3 : 1;
    for (std::int64_t layer = 1; layer < model.depth; ++layer)
      layers_.push_back(weights_.add_recurrence(fmt::format("{}{}", model.cell, layer),
                                                layer == 1 ? model.token : model.width, model.width, gates));
    output_ = weights_.add_product("output", {size.outputs, model.width});
    weights_.draw();
  }

  at::Tensor forward(const at::Tensor& inputs, const Pass& pass) override {
    at::Tensor signal = torch::tokens_of(model_, inputs);
    for (const torch::Recurrence& layer : layers_) signal = torch::drop(model_.dropout, recur(layer, signal), pass);
    return torch::multiply(output_, signal.select(1, signal.size(1) - 1), pass);
  }

 private:
  /// Samples x steps x units; the state is zero before the first step.
  at::Tensor recur(const torch::Recurrence& layer, const at::Tensor& input) const {
    const std::vector<at::Tensor> weights = {layer.input_weight, layer.hidden_weight, layer.input_bias,
                                             layer.hidden_bias};
    const at::Tensor state = at::zeros({1, input.size(0), model_.width});
    if (model_.cell == "lstm")
      return std::get<0>(at::lstm(input, {state, state}, weights, true, 1, 0, false, false, true));
    const auto run = model_.cell == "gru" ? gru : tanh;
    return run(input, state, weights);
  }

  static at::Tensor gru(const at::Tensor& input, const at::Tensor& state, const std::vector<at::Tensor>& weights) {
    return std::get<0>(at::gru(input, state, weights, true, 1, 0, false, false, true));
  }
  static at::Tensor tanh(const at::Tensor& input, const at::Tensor& state, const std::vector<at::Tensor>& weights) {
    return std::get<0>(at::rnn_tanh(input, state, weights, true, 1, 0, false, false, true));
  }

  std::vector<torch::Recurrence> layers_;
  torch::Product output_;
};

}  // namespace

NetworkKind rnn() {
  return {.id = "rnn",
          .summary = "recurrent layers of tanh, LSTM or GRU cells; linear output from the last step",
          .reference = "Elman 1990; Hochreiter & Schmidhuber 1997; Cho et al. 2014; as torch.nn.RNN, LSTM, GRU",
          .build = &build_network<Rnn>};
}

}  // namespace gradclinic::networks
