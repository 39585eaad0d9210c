#include "gradclinic/net/loss.h"
#include "gradclinic/tensor/eigen.h"

namespace gradclinic::losses {
namespace {

template <class T>
double evaluate(View<const T> outputs, View<const T> targets, View<T> gradient) {
  const auto logits = array(outputs);
  const auto classes = array(targets);
  const double count = static_cast<double>(outputs.size());
  // max(z, 0) - z y + log(1 + e^-|z|) is -log of the right class's probability without overflow.
  const double sum = static_cast<double>((logits.max(T(0)) - logits * classes + (-logits.abs()).exp().log1p()).sum());
  if (gradient.data) array(gradient) = (logits.logistic() - classes) * static_cast<T>(1 / count);
  return sum / count;
}

double accuracy(View<const float> outputs, View<const float> targets) {
  const auto right = (array(outputs) > 0.0F) == (array(targets) > 0.5F);
  return static_cast<double>(right.count()) / static_cast<double>(outputs.size());
}

}  // namespace

Loss bce() {
  return {.id = "bce",
          .summary = "binary cross-entropy of one logit",
          .reference = "mean of -log p(right class), p = sigmoid(z); torch.nn.BCEWithLogitsLoss",
          .classifies = true,
          .evaluate = &evaluate<float>,
          .evaluate64 = &evaluate<double>,
          .accuracy = &accuracy};
}

}  // namespace gradclinic::losses
