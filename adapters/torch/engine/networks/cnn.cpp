#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "../blocks.h"
#include "gradclinic/support/error.h"

namespace gradclinic::networks {
namespace {

using torch::Pass;

constexpr std::int64_t kKernel = 3;
constexpr std::int64_t kStages = 3;

struct Image {
  std::int64_t channels = 1;
  std::int64_t side = 0;
};

/// Square images, grey or of three colours.
Image image_of(std::int64_t features) {
  for (const std::int64_t channels : {1, 3}) {
    const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(features / channels))));
    if (channels * side * side == features && side >= kKernel) return {channels, side};
  }
  throw BadInput("data.set", "a cnn takes square images of one or three channels",
                 fmt::format("samples of {} features", features), "use fashion-mnist, mnist or cifar10");
}

/// Convolutions in three stages, each of half the size and twice the channels of the one before: He et al. 2016, 4.2.
class Cnn : public torch::Network {
 public:
  Cnn(const ModelSpec& model, const torch::NetworkSize& size, Generator& generator)
      : Network(model, generator), image_(image_of(size.inputs)) {
    add_convolution(image_.channels, model.width, model.stride);
    const std::int64_t convolutions = model.depth - 2, pairs = (convolutions + 1) / 2;
    std::int64_t channels = model.width;
    for (std::int64_t i = 0; i < convolutions; ++i) {
      const auto stage_of = [&](std::int64_t pair) { return pair * kStages / pairs; };
      const std::int64_t stage = stage_of(i / 2);
      const bool narrows = i % 2 == 0 && i > 0 && stage > stage_of(i / 2 - 1);
      const std::int64_t units = model.width << stage;
      add_convolution(channels, units, narrows ? 2 : 1);
      channels = units;
    }
    output_ = weights_.add_product("output", {size.outputs, channels});
    weights_.draw();
  }

  at::Tensor forward(const at::Tensor& inputs, const Pass& pass) override {
    const at::Tensor images = inputs.reshape({inputs.size(0), image_.channels, image_.side, image_.side});
    at::Tensor signal = torch::activate(model_.activation, convolve(0, images, pass));
    for (std::size_t i = 1; i < layers_.size(); i += 2) signal = pair(i, signal, pass);
    return torch::multiply(output_, torch::drop(model_.dropout, signal.mean({2, 3}), pass), pass);
  }

 private:
  struct Convolution {
    torch::Product product;
    torch::Norm norm;
    std::int64_t stride = 1;
  };

  void add_convolution(std::int64_t inputs, std::int64_t units, std::int64_t stride) {
    const std::size_t number = layers_.size() + 1;
    const torch::Product product =
        weights_.add_product(fmt::format("conv{}", number), {units, inputs, kKernel, kKernel});
    layers_.push_back({product, weights_.add_norm(model_.norm, fmt::format("norm{}", number), units), stride});
  }

  at::Tensor convolve(std::size_t layer, const at::Tensor& input, const Pass& pass) {
    const Convolution& own = layers_[layer];
    return torch::normalize(own.norm, torch::convolve(own.product, input, own.stride, pass), pass);
  }

  /// Two convolutions (or the last one), around which the input may be led.
  at::Tensor pair(std::size_t first, const at::Tensor& input, const Pass& pass) {
    at::Tensor output = convolve(first, input, pass);
    if (first + 1 < layers_.size()) output = convolve(first + 1, torch::activate(model_.activation, output), pass);
    if (model_.residual) output = output.add(shortcut(input, output));
    return torch::activate(model_.activation, output);
  }

  /// Every second pixel where the image has shrunk, zeros in new channels: He et al. 2016, option A.
  static at::Tensor shortcut(const at::Tensor& input, const at::Tensor& output) {
    at::Tensor kept = input;
    if (output.size(2) < input.size(2)) kept = kept.slice(2, 0, c10::nullopt, 2).slice(3, 0, c10::nullopt, 2);
    const std::int64_t added = output.size(1) - input.size(1);
    return added > 0 ? at::constant_pad_nd(kept, {0, 0, 0, 0, 0, added}) : kept;
  }

  const Image image_;
  std::vector<Convolution> layers_;
  torch::Product output_;
};

}  // namespace

NetworkKind cnn() {
  return {.id = "cnn",
          .summary = "convolutions of 3x3 in three stages, plain or in residual pairs; global mean; linear output",
          .reference = "He et al. 2016, Deep residual learning for image recognition, section 4.2",
          .build = &build_network<Cnn>};
}

}  // namespace gradclinic::networks
