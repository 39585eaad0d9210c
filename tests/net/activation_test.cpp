// Each activation against its definition in long double, and its saturation limits against their documented meaning.
#include "gradclinic/net/activation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gradclinic/support/error.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {
namespace {

using Real = long double;

Real sigmoid(Real z) { return 1 / (1 + std::exp(-z)); }

const std::map<std::string, Real (*)(Real)>& definitions() {
  static const std::map<std::string, Real (*)(Real)> all = {
      {"sigmoid", sigmoid},
      {"tanh", [](Real z) -> Real { return std::tanh(z); }},
      {"relu", [](Real z) -> Real { return z > 0 ? z : 0; }},
      {"leaky_relu", [](Real z) -> Real { return z > 0 ? z : z / 100; }},
      {"elu", [](Real z) -> Real { return z > 0 ? z : std::expm1(z); }},
      {"selu",
       [](Real z) -> Real { return 1.0507009873554804934L * (z > 0 ? z : 1.6732632423543772848L * std::expm1(z)); }},
      {"gelu", [](Real z) -> Real { return z * std::erfc(-z / std::sqrt(2.0L)) / 2; }},
      {"silu", [](Real z) -> Real { return z * sigmoid(z); }},
      {"softplus", [](Real z) -> Real { return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); }},
      {"identity", [](Real z) -> Real { return z; }},
  };
  return all;
}

Real slope(Real (*phi)(Real), Real z) {
  constexpr Real kStep = 1e-4L;
  return (phi(z - 2 * kStep) - 8 * phi(z - kStep) + 8 * phi(z + kStep) - phi(z + 2 * kStep)) / (12 * kStep);
}

/// Inputs from -12 to 12 in an odd number, so that vector and remainder loops both run; none on a kink.
std::vector<Real> inputs() {
  std::vector<Real> z;
  for (int i = 0; i < 241; ++i) z.push_back((i - 120) * 0.1L + 0.003L);
  return z;
}

template <class T>
struct Result {
  std::vector<T> values;
  std::vector<T> slopes;
};

template <class T>
Result<T> run(const Activation& activation, const std::vector<Real>& z) {
  const Index size = static_cast<Index>(z.size());
  std::vector<T> in(z.begin(), z.end());
  Result<T> result{std::vector<T>(z.size()), std::vector<T>(z.size(), T(1))};
  const View<const T> input{in.data(), 1, size};
  const View<T> output{result.values.data(), 1, size};
  const View<T> gradient{result.slopes.data(), 1, size};
  if constexpr (std::is_same_v<T, float>) {
    activation.forward(input, output);
    activation.backward(input, output, gradient, gradient);  // in place, as promised
  } else {
    activation.forward64(input, output);
    activation.backward64(input, output, gradient, gradient);
  }
  return result;
}

TEST(Activation, EveryOneHasADefinitionHere) {
  EXPECT_EQ(activations::all().size(), definitions().size());
  for (const Activation& activation : activations::all()) {
    EXPECT_TRUE(definitions().contains(activation.id)) << activation.id;
    EXPECT_FALSE(activation.summary.empty() || activation.reference.empty()) << activation.id;
  }
}

TEST(Activation, ValuesAndSlopesAreTheDefinitions) {
  const std::vector<Real> z = inputs();
  for (const Activation& activation : activations::all()) {
    const auto phi = definitions().at(activation.id);
    const Result<float> single = run<float>(activation, z);
    const Result<double> twice = run<double>(activation, z);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const double scale = 1 + std::abs(static_cast<double>(z[i]));
      const auto value = static_cast<double>(phi(z[i]));
      const auto steepness = static_cast<double>(slope(phi, z[i]));
      EXPECT_NEAR(single.values[i], value, 4e-7 * scale) << activation.id << " at " << z[i];
      EXPECT_NEAR(single.slopes[i], steepness, 1e-6 * scale) << activation.id << "' at " << z[i];
      EXPECT_NEAR(twice.values[i], value, 1e-14 * scale) << activation.id << " at " << z[i];
      EXPECT_NEAR(twice.slopes[i], steepness, 1e-11 * scale) << activation.id << "' at " << z[i];
    }
  }
}

TEST(Activation, SaturatedMeansASlopeBelowFivePercentOfTheLargest) {
  std::vector<Real> z;
  for (int i = -3'000; i <= 3'000; ++i) z.push_back(i * 0.01L - 0.0003L);
  for (const Activation& activation : activations::all()) {
    const auto phi = definitions().at(activation.id);
    Real largest = 0;
    for (const Real at : z) largest = std::max(largest, std::abs(slope(phi, at)));
    for (const bool low : {true, false}) {
      const bool has_limit = std::isfinite(low ? activation.saturated_low : activation.saturated_high);
      int saturated_inputs = 0;
      for (const Real at : z) {
        if ((at < 0) != low) continue;
        const Real relative = std::abs(slope(phi, at)) / largest;
        const bool saturated = low ? phi(at) <= activation.saturated_low : phi(at) >= activation.saturated_high;
        saturated_inputs += saturated;
        // The limits are rounded to five digits.
        if (saturated) {
          EXPECT_LT(relative, 0.0501L) << activation.id << " is still steep at " << at;
        } else if (has_limit) {
          EXPECT_GT(relative, 0.0499L) << activation.id << " is flat at " << at;
        }
      }
      EXPECT_EQ(saturated_inputs > 0, has_limit) << activation.id;
    }
  }
}

TEST(Activation, OnlyReluCanDie) {
  for (const Activation& activation : activations::all()) {
    const Result<float> result = run<float>(activation, {-3, -1, -0.25L});
    bool dead = true;
    for (std::size_t i = 0; i < 3; ++i) dead &= result.values[i] == 0 && result.slopes[i] == 0;
    EXPECT_EQ(activation.can_die, dead) << activation.id;
  }
}

TEST(Activation, ExtremesStayFiniteAndNaNStays) {
  for (const Activation& activation : activations::all()) {
    const Result<float> extremes = run<float>(activation, {-1e4L, -100, 100, 1e4L});
    for (const float value : extremes.values) EXPECT_TRUE(std::isfinite(value)) << activation.id;
    for (const float each : extremes.slopes) EXPECT_TRUE(std::isfinite(each)) << activation.id;
    const Real nan = std::numeric_limits<Real>::quiet_NaN();
    const Result<float> broken = run<float>(activation, std::vector<Real>(19, nan));
    for (const float value : broken.values) EXPECT_TRUE(std::isnan(value)) << activation.id;
  }
}

TEST(Activation, AnUnknownNameSaysWhatIsKnown) {
  EXPECT_EQ(find_activation("tanh").id, "tanh");
  try {
    find_activation("tan");
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("`tan`"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("leaky_relu"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gradclinic
