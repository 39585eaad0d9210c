#pragma once

#include <optional>
#include <string>

#include "gradclinic/net/activation.h"
#include "gradclinic/spec/spec.h"
#include "gradclinic/theory/weight_law.h"

namespace gradclinic {

/// Where signals go in a very deep stack of equal hidden layers, and over how many layers they get there.
struct DepthScales {
  double pre_activation = 0;  ///< q*: the mean square that pre-activations tend to; infinite when they grow without end
  double chi = 0;             ///< chi_1 there: the factor of the squared gradient norm from a layer to the one before
  std::optional<double> correlation = {};  ///< c*: what two inputs' correlation tends to; none under batch norm
  std::optional<double> pre_activation_depth = {};  ///< xi_q in layers; infinite when q does not change; none: no limit
  std::optional<double> correlation_depth = {};     ///< xi_c in layers; infinite at criticality
  double gradient_depth = 0;  ///< 1 / |ln chi|: layers over which the squared gradient changes by e
  /// "ordered" (gradients vanish, inputs become alike), "chaotic" (gradients explode, like inputs part) or "critical":
  /// chi within 1 % of 1.
  std::string phase;

  /// About 6 xi_c: the depth down to which such networks were found to train (Schoenholz et al. 2017).
  std::optional<double> trainable_depth() const;
};

/// The scales of the spec's hidden layers (width to width); starts from the mean square `pre_activation` where every
/// one is a fixed point (He with ReLU). None for a residual network, whose signal grows with every block, and for what
/// predict() knows nothing of.
/// q* = sigma_w^2 E phi(u)^2 + sigma_b^2 + bias_init^2; chi = sigma_w^2 E phi'(u)^2; 1/xi_q = -ln(dq'/dq);
/// 1/xi_c = -ln(sigma_w^2 E phi'(u1) phi'(u2)) at c*. Poole et al. 2016; Schoenholz et al. 2017, eq. 4 to 11.
std::optional<DepthScales> depth_scales(const ModelSpec& model, double pre_activation = 1);

/// The same for bare layers: no norm, dropout or bias_init.
DepthScales depth_scales(const Activation& activation, const WeightLaw& law, double pre_activation = 1);

}  // namespace gradclinic
