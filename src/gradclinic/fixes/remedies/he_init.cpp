#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, initialized("he_normal"));
}

std::vector<std::string> pytorch(const Spec& fixed) {
  return pytorch_init(fixed, "kaiming_normal_({}, nonlinearity='relu')");
}

}  // namespace

Fix he_init() {
  return {.id = "he-init",
          .summary = "initialize weights with He's normal scale, biases with 0",
          .mechanism =
              "Weights of variance 2 over the inputs keep the size of signals through layers of ReLU, which halves "
              "them otherwise: neither signals nor gradients fade or grow with depth.",
          .reference = "He et al. 2015, Delving Deep into Rectifiers",
          .apply = apply,
          .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
