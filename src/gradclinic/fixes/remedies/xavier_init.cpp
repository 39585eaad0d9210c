#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  return unless_already_so(context, initialized("xavier_uniform"));
}

std::vector<std::string> pytorch(const Spec& fixed) { return pytorch_init(fixed, "xavier_uniform_({})"); }

}  // namespace

Fix xavier_init() {
  return {
      .id = "xavier-init",
      .summary = "initialize weights with Xavier's uniform scale, biases with 0",
      .mechanism =
          "Weights of variance 2 over inputs plus outputs keep signals and gradients of about the same size "
          "through layers whose slope is about 1 at 0, such as tanh.",
      .reference = "Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
      .apply = apply,
      .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
