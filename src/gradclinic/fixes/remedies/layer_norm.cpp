#include <fmt/format.h>

#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.norm", "layer"}});
}

std::vector<std::string> pytorch(const Spec& fixed) {
  const std::string convolution = "nn.GroupNorm(1, CHANNELS),  # after each nn.Conv2d, before the activation";
  if (fixed.model.kind == "cnn") return {convolution};
  if (fixed.model.kind == "transformer")
    return {fmt::format("nn.LayerNorm({}),  # {} attention and feed-forward part of each block", fixed.model.width,
                        fixed.model.pre_norm ? "before" : "behind the residual sum of")};
  const std::string linear =
      fmt::format("nn.LayerNorm({}),  # after each hidden nn.Linear, before the activation", fixed.model.width);
  return fixed.model.kind == "outside" ? std::vector{linear, convolution} : std::vector{linear};
}

}  // namespace

Fix layer_norm() {
  return {.id = "layer-norm",
          .summary = "normalize each sample over the layer's units before the activation",
          .mechanism =
              "Every sample's signal has mean 0 and deviation 1 in each layer. Unlike batch norm it does not depend "
              "on the other samples, so that small batches do no harm.",
          .reference = "Ba et al. 2016, Layer Normalization",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
