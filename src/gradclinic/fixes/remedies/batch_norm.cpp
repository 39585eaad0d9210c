#include <fmt/format.h>

#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, {{"model.norm", "batch"}});
}

std::vector<std::string> pytorch(const Spec& fixed) {
  const std::string convolution = "nn.BatchNorm2d(CHANNELS),  # after each nn.Conv2d, before the activation";
  if (fixed.model.kind == "cnn") return {convolution};
  const std::string linear =
      fmt::format("nn.BatchNorm1d({}),  # after each hidden nn.Linear, before the activation", fixed.model.width);
  return fixed.model.kind == "outside" ? std::vector{linear, convolution} : std::vector{linear};
}

}  // namespace

Fix batch_norm() {
  return {.id = "batch-norm",
          .summary = "normalize each unit over the batch before the activation",
          .mechanism =
              "Every unit's input has mean 0 and deviation 1 over the batch, whatever the weights below do: units "
              "leave their flat parts, and gradients keep their size through many layers.",
          .reference = "Ioffe & Szegedy 2015, Batch Normalization",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
