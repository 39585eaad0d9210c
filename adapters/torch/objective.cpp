#include "objective.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <limits>

#include "gradclinic/support/error.h"
#include "script_data.h"

namespace gradclinic::torch {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void misfit(const std::string& where, const std::string& what, const std::string& got,
                         const std::string& advice = "") {
  throw BadInput(where, what, got, advice);
}

at::Tensor classes(const at::Tensor& targets, const at::Tensor& output, const std::string& where) {
  if (output.dim() < 2)
    misfit(where, "cross_entropy needs an output for each class, and the model has one a sample", shape_text(output),
           "--loss bce is for two classes with one output");
  at::Tensor wanted = targets;
  if (wanted.dim() == 2 && wanted.size(1) == 1 && output.dim() == 2) wanted = wanted.squeeze(1);
  if (wanted.dim() != output.dim() - 1 || wanted.sizes().slice(1) != output.sizes().slice(2))
    misfit(where, "targets do not fit cross_entropy, which wants a class for each output",
           fmt::format("targets {}, outputs {}", shape_text(targets), shape_text(output)),
           "store classes as numbers from 0, not one-hot");
  const at::Tensor whole = wanted.to(at::kLong);
  if (wanted.is_floating_point() && !wanted.eq(whole).all().item<bool>())
    misfit(where, "targets do not fit cross_entropy: classes are whole numbers", "a number that is none",
           "--loss mse is for amounts");
  const std::int64_t least = whole.min().item<std::int64_t>(), most = whole.max().item<std::int64_t>();
  if (least < 0 || most >= output.size(1))
    misfit(where, fmt::format("targets do not fit the model's {} outputs: classes count from 0", output.size(1)),
           fmt::format("classes {} to {}", least, most));
  return whole;
}

at::Tensor shaped(const at::Tensor& targets, const at::Tensor& output, const std::string& loss,
                  const std::string& where) {
  const std::int64_t samples = targets.size(0);
  const std::int64_t each = output.numel() / output.size(0);
  if (targets.numel() != samples * each)
    misfit(where, "targets do not fit " + loss + ", which wants as many numbers as the model has outputs",
           fmt::format("targets {}, outputs {}", shape_text(targets), shape_text(output)));
  std::vector<std::int64_t> shape = output.sizes().vec();
  shape[0] = samples;
  return targets.to(at::kFloat).reshape(shape);
}

}  // namespace

at::Tensor loss_of(const std::string& loss, const at::Tensor& output, const at::Tensor& target) {
  if (loss == "cross_entropy") return at::cross_entropy_loss(output, target);
  if (loss == "bce") return at::binary_cross_entropy_with_logits(output, target);
  return at::mse_loss(output, target);
}

at::Tensor fitting_targets(const std::string& loss, const at::Tensor& targets, const at::Tensor& output,
                           const std::string& where) {
  if (loss == "cross_entropy") return classes(targets, output, where);
  at::Tensor wanted = shaped(targets, output, loss, where);
  if (loss == "bce" && !wanted.ge(0).logical_and(wanted.le(1)).all().item<bool>())
    misfit(where, "targets do not fit bce: they are 0 or 1, or between", "a number outside",
           "--loss cross_entropy is for more classes, --loss mse for amounts");
  return wanted;
}

at::Tensor right(const std::string& loss, const at::Tensor& output, const at::Tensor& target) {
  if (loss == "cross_entropy") return output.argmax(1).eq(target);
  if (loss == "bce") return output.gt(0).eq(target.gt(0.5));
  return {};
}

Accuracy accuracy_of(const at::Tensor& hits, const at::Tensor& target) {
  if (!hits.defined() || hits.numel() == 0) return {kNaN, kNaN};
  const at::Tensor weights = hits.flatten().to(at::kDouble);
  const at::Tensor classes = target.is_floating_point() ? target.flatten().gt(0.5).to(at::kLong) : target.flatten();
  const at::Tensor seen = at::bincount(classes).to(at::kDouble);
  const at::Tensor shares = at::bincount(classes, weights).div(seen).index({seen.gt(0)});
  return {weights.mean().item<double>(), shares.mean().item<double>()};
}

}  // namespace gradclinic::torch
