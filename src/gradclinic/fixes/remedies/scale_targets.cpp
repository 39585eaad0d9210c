#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::optional<std::vector<Change>> apply(const FixContext& context) {
  if (context.spec.train.loss != "mse") return std::nullopt;
  return unless_already_so(context, {{"data.standardize_target", "true"}, {"data.target_scale", "1.0"}});
}

std::vector<std::string> pytorch(const Spec&) {
  return {"mean, deviation = train_y.mean(0), train_y.std(0).clamp_min(1e-8)",
          "train_y = (train_y - mean) / deviation  # predictions: model(x) * deviation + mean"};
}

}  // namespace

Fix scale_targets() {
  return {
      .id = "scale-targets",
      .summary = "give the regression targets mean 0 and deviation 1",
      .mechanism = "The gradient is as large as the error: targets in thousands make steps a thousand times too long.",
      .reference = "Bishop 1995, Neural Networks for Pattern Recognition, 8.2",
      .apply = apply,
      .pytorch = pytorch};
}

}  // namespace gradclinic::remedies
