#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradclinic/spec/spec.h"
#include "gradclinic/theory/facts.h"

namespace gradclinic {

/// A linear layer and what follows it in its block, at initialization.
struct LayerPrediction {
  int layer = 0;  ///< 1..depth; the last is the output layer
  Index inputs = 0;
  Index outputs = 0;
  double pre_activation = 0;  ///< q: mean square of the activation's input (after norm); of the output layer's output
  double correlation = 0;     ///< of the pre-activations of two independent inputs, over units; 0 under batch norm
  std::optional<double> activation = {};  ///< mean square of the activation's output
  std::optional<double> saturated = {};   ///< share of units at or beyond the activation's saturation limits
  /// chi: |delta|^2 of this layer over that of the next, delta being the loss's gradient with respect to the
  /// pre-activations (its squared norm over units and batch).
  std::optional<double> gradient_factor = {};
  double gradient_ratio = 0;  ///< |delta| of this layer over that of the last hidden one
};

/// A spec's network before training.
struct Prediction {
  std::vector<LayerPrediction> layers;
};

/// A prediction, or why there is none.
struct Forecast {
  std::optional<Prediction> prediction = {};
  std::string why_not = {};
};

/// Mean-field prediction for an MLP at initialization: exact for infinite width, the mean over weights otherwise
/// (squared norms of a deep narrow ReLU network scatter widely about it: ln has variance 5 depth/width, Hanin 2018).
/// `batch` is the number of samples that batch norm sees; 0 stands for many.
///
/// - Forward, q = sigma_w^2 E[x^2] + sigma_b^2 + bias_init^2, E over the block's input; E phi(u)^2 with u ~
/// N(bias_init,
///   q - bias_init^2); correlations likewise (Poole et al. 2016, eq. 3 to 5).
/// - Backward, chi = sigma_w^2(next) E phi'(u)^2 (Schoenholz et al. 2017, eq. 9), weights independent of what flows
/// back.
/// - Batch norm divides the gradient by the variance over the batch, sigma_w^2 (E x^2 - E x y), layer norm by
///   sigma_w^2 E x^2 + sigma_b^2, plus their epsilon 1e-5; over B samples batch norm multiplies |delta|^2 by
///   (B - 2)/(B - 3) more (Yang et al. 2019). Assumes output gradients without a mean over the batch.
/// - Residual x + block(x): E (x + a)^2 = E x^2 + E a^2 + 2 E x E a, as phi(W x) is independent of x; backward the
///   branch's factor plus 1 (Yang & Schoenholz 2017).
/// - Dropout with probability p multiplies mean squares by 1/(1 - p) forward and backward (Schoenholz et al. 2017, 5).
/// - LSUV scales sigma_w^2 so that the linear layer's output has variance 1, unless it is within 0.1 of 1.
///
/// None for init `constant`: nothing is random there. Where numbers overflow, NaN and infinity.
Forecast predict(const ModelSpec& model, const InputFacts& input, Index outputs, Index batch = 0);

}  // namespace gradclinic
