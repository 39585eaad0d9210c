#include "gradclinic/net/loss.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic::losses {
namespace {

template <class T>
double evaluate(View<const T> outputs, View<const T> targets, View<T> gradient) {
  const double count = static_cast<double>(outputs.size());
  if (!gradient.data) return static_cast<double>((array(outputs) - array(targets)).square().sum()) / count;
  array(gradient) = array(outputs) - array(targets);
  const double sum = static_cast<double>(array(gradient).square().sum());
  array(gradient) *= static_cast<T>(2 / count);
  return sum / count;
}

}  // namespace

Loss mse() {
  return {.id = "mse",
          .summary = "mean squared error over all outputs of the batch",
          .reference = "mean (o - t)^2; torch.nn.MSELoss",
          .evaluate = &evaluate<float>,
          .evaluate64 = &evaluate<double>};
}

}  // namespace gradclinic::losses
