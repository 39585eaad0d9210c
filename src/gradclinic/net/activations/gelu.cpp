#include <unsupported/Eigen/SpecialFunctions>

#include "gradclinic/net/elementwise.h"

namespace gradclinic::activations {
namespace {

struct Gelu {
  template <class Z>
  static auto value(const Z& z) {
    using T = typename Z::Scalar;
    return z * (T(0.5) + T(0.5) * (z * T(M_SQRT1_2)).erf());
  }
  template <class Z, class A>
  static auto slope(const Z& z, const A&) {
    using T = typename Z::Scalar;
    constexpr T kDensityAtZero = T(0.3989422804014327);
    return T(0.5) + T(0.5) * (z * T(M_SQRT1_2)).erf() + z * kDensityAtZero * (T(-0.5) * z.square()).exp();
  }
};

}  // namespace

Activation gelu() {
  return elementwise<Gelu>(
      {.id = "gelu",
       .summary = "z times the normal distribution function of z",
       .reference = "a = z Phi(z), phi' = Phi(z) + z N(z); Hendrycks & Gimpel 2016 (exact form, by erf)",
       .saturated_low = -kNeverSaturated,
       .saturated_high = kNeverSaturated,
       .can_die = false});
}

}  // namespace gradclinic::activations
