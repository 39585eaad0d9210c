#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, initialized("lsuv"));
}

std::vector<std::string> pytorch(const Spec&) {
  return {"with torch.no_grad():  # LSUV: forward hooks give each linear layer's output on a batch",
          "    for layer in linear_layers:",
          "        nn.init.orthogonal_(layer.weight); nn.init.zeros_(layer.bias)",
          "        for _ in range(10):",
          "            variance = output_of(layer, inputs).var()",
          "            if abs(variance - 1) < 0.1: break",
          "            layer.weight /= variance.sqrt()"};
}

}  // namespace

Fix lsuv_init() {
  return {.id = "lsuv-init",
          .summary = "initialize so that every layer's output on a batch has variance 1",
          .mechanism =
              "Orthogonal weights are scaled layer by layer on real data, which fits the scale to any activation "
              "function and any inputs.",
          .reference = "Mishkin & Matas 2016, All you need is a good init",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
