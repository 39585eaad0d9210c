#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

#include "../blocks.h"
#include "../tokens.h"

namespace gradclinic::networks {
namespace {

using torch::Pass;

constexpr std::int64_t kWider = 4;  // the feed-forward part than the model

/// Sines and cosines of a step's number, with wavelengths from 2 pi to 20,000 pi: Vaswani et al. 2017, 3.5.
at::Tensor positions(std::int64_t steps, std::int64_t width) {
  const at::Tensor step = at::arange(steps, at::kDouble).unsqueeze(1);
  const at::Tensor unit = at::arange(width, at::kLong).unsqueeze(0);
  const at::Tensor pair = unit.div(2, "floor").to(at::kDouble);
  const at::Tensor angle = step.mul(at::exp(pair.mul(-2 * std::log(1e4) / static_cast<double>(width))));
  return at::where(unit.remainder(2).eq(0), angle.sin(), angle.cos()).to(at::kFloat);
}

/// Embedded steps with their positions, blocks of attention and feed-forward, the mean over the steps, a linear output.
class Transformer : public torch::Network {
 public:
  Transformer(const ModelSpec& model, const torch::NetworkSize& size, Generator& generator)
      : Network(model, generator) {
    torch::check_tokens(model, size.inputs);
    positions_ = positions(size.inputs / model.token, model.width);
    embedding_ = weights_.add_product("embedding", {model.width, model.token});
    for (std::int64_t block = 1; block <= model.depth - 2; ++block) add_block(fmt::format("block{}.", block));
    if (model.pre_norm) last_norm_ = weights_.add_norm(model.norm, "norm", model.width);
    output_ = weights_.add_product("output", {size.outputs, model.width});
    weights_.draw();
  }

  at::Tensor forward(const at::Tensor& inputs, const Pass& pass) override {
    at::Tensor signal = torch::multiply(embedding_, torch::tokens_of(model_, inputs), pass).add(positions_);
    signal = torch::drop(model_.dropout, signal, pass);
    for (const Block& block : blocks_) {
      signal = around(block.attention_norm, signal, pass,
                      [&](const at::Tensor& input) { return attend(block, input, pass); });
      signal = around(block.feed_forward_norm, signal, pass,
                      [&](const at::Tensor& input) { return feed_forward(block, input, pass); });
    }
    return torch::multiply(output_, torch::normalize(last_norm_, signal, pass).mean(1), pass);
  }

 private:
  struct Block {
    torch::Product query, key, value, out, wide, narrow;
    torch::Norm attention_norm, feed_forward_norm;
  };

  void add_block(const std::string& name) {
    const std::int64_t width = model_.width;
    const auto square = [&](const char* part) { return weights_.add_product(name + part, {width, width}); };
    Block block;
    block.query = square("query");
    block.key = square("key");
    block.value = square("value");
    block.out = square("out");
    block.wide = weights_.add_product(name + "wide", {kWider * width, width});
    block.narrow = weights_.add_product(name + "narrow", {width, kWider * width});
    block.attention_norm = weights_.add_norm(model_.norm, name + "attention_norm", width);
    block.feed_forward_norm = weights_.add_norm(model_.norm, name + "feed_forward_norm", width);
    blocks_.push_back(block);
  }

  /// A part with its residual: normalized before it (Xiong et al. 2020) or behind the sum (Vaswani et al. 2017).
  template <class Part>
  at::Tensor around(const torch::Norm& norm, const at::Tensor& input, const Pass& pass, const Part& part) const {
    if (model_.pre_norm) return input.add(torch::drop(model_.dropout, part(torch::normalize(norm, input, pass)), pass));
    return torch::normalize(norm, input.add(torch::drop(model_.dropout, part(input), pass)), pass);
  }

  at::Tensor attend(const Block& block, const at::Tensor& input, const Pass& pass) const {
    const std::int64_t samples = input.size(0), steps = input.size(1), size = model_.width / model_.heads;
    const auto heads = [&](const torch::Product& product) {  // samples x heads x steps x size
      return torch::multiply(product, input, pass).reshape({samples, steps, model_.heads, size}).transpose(1, 2);
    };
    const at::Tensor query = heads(block.query), key = heads(block.key), value = heads(block.value);
    const at::Tensor scores = query.matmul(key.transpose(2, 3)).div(std::sqrt(static_cast<double>(size)));
    const at::Tensor seen = scores.softmax(-1).matmul(value).transpose(1, 2).reshape(input.sizes());
    return torch::multiply(block.out, seen, pass);
  }

  at::Tensor feed_forward(const Block& block, const at::Tensor& input, const Pass& pass) const {
    return torch::multiply(block.narrow, torch::activate(model_.activation, torch::multiply(block.wide, input, pass)),
                           pass);
  }

  at::Tensor positions_;
  torch::Product embedding_;
  std::vector<Block> blocks_;
  torch::Norm last_norm_;
  torch::Product output_;
};

}  // namespace

NetworkKind transformer() {
  return {.id = "transformer",
          .summary = "encoder blocks of attention and feed-forward, normalized before each part or behind it",
          .reference = "Vaswani et al. 2017, Attention is all you need; Xiong et al. 2020, On layer normalization",
          .build = &build_network<Transformer>};
}

}  // namespace gradclinic::networks
