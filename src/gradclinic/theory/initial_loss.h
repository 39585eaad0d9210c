#pragma once

#include <optional>
#include <string>

#include "gradclinic/theory/facts.h"

namespace gradclinic {

/// E log(sum of exp z_k) of `count` independent z_k ~ N(0, variance), to about 1e-9: with S the sum, log S = -gamma +
/// the integral over y of [y < 0] - exp(-S e^y), and the expectation of the product is a power. ln(count) + variance/2
/// for small variance and many logits.
double expected_log_sum_exp(Index count, double variance);

/// The loss before the first step, in the mean over weights, when every output is N(0, output_variance) and knows
/// nothing of the targets. cross_entropy: expected_log_sum_exp, ln C at small variance; bce: E log(1 + e^z), ln 2 at
/// small variance; mse: the targets' variance + mean^2 + output_variance. None for another loss.
std::optional<double> expected_initial_loss(const std::string& loss, double output_variance,
                                            const TargetFacts& targets);

}  // namespace gradclinic
