#pragma once

#include <array>

#include "gradclinic/net/activation.h"

namespace gradclinic {

/// E[f(u1) f(u2)] as a function of the correlation c of the two normal variables: sum over k of a_k^2 c^k, a_k =
/// E[f(u) h_k(z)] with the normalized Hermite polynomials h_k (Mehler's formula; Daniely et al. 2016, section 4).
/// Beyond the 64th term a power law stands for the rest of the sum, exact at c = 0 and c = 1: a kink of f gives
/// a_k^2 ~ k^-5/2, a jump k^-3/2. The error for ReLU is below 1e-7, for its slope below 1e-5.
struct HermiteSeries {
  static constexpr int kTerms = 64;
  std::array<double, kTerms> squares{};
  double rest = 0;        ///< E[f^2] less the sum of `squares`
  bool has_jump = false;  ///< which power law the rest follows

  /// c in [0, 1].
  double at(double c) const;
};

/// Expectations of an activation phi over pre-activations u ~ N(mean, variance).
struct ActivationMoments {
  double mean = 0;          ///< E phi(u)
  double mean_square = 0;   ///< E phi(u)^2
  double slope_square = 0;  ///< E phi'(u)^2
  /// d E[phi^2] / d variance = E[phi phi' z] / sqrt(variance), which is E[phi'^2 + phi phi''] (Stein's lemma).
  double growth = 0;
  double saturated = 0;  ///< the share of u where phi is at or beyond saturated_low or saturated_high
};

/// By quadrature over forward64 and backward64, for whatever activation the catalogue holds. A variance below 1e-16 is
/// taken as 1e-16. Above 1e200 everything is NaN but mean_square, which is infinite.
ActivationMoments activation_moments(const Activation& activation, double mean, double variance);

/// E[phi(u1) phi(u2)] by the correlation of u1 and u2; variances are taken as above, NaN where they are too large.
HermiteSeries value_series(const Activation& activation, double mean, double variance);
/// E[phi'(u1) phi'(u2)].
HermiteSeries slope_series(const Activation& activation, double mean, double variance);

}  // namespace gradclinic
