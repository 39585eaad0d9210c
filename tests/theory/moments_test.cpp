// Expectations against closed forms, a plain trapezoid rule and published values.
#include "gradclinic/theory/moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/theory/gaussian.h"

namespace gradclinic {
namespace {

ActivationMoments at(const std::string& activation, double variance, double mean = 0) {
  return activation_moments(find_activation(activation), mean, variance);
}

/// The sum over z in [-12, 12] in steps of 0.04, and of 1e-4 where the function has kinks.
template <class Function>
double trapezoid(Function f, double mean, double variance, double step = 0.04) {
  double sum = 0;
  for (double z = -12; z <= 12; z += step) sum += f(mean + std::sqrt(variance) * z) * std::exp(-z * z / 2);
  return sum * step / std::sqrt(2 * std::numbers::pi);
}

double phi(const Activation& activation, double u) {
  double value = 0;
  activation.forward64({&u, 1, 1}, {&value, 1, 1});
  return value;
}

double slope(const Activation& activation, double u) {
  const double value = phi(activation, u), one = 1;
  double result = 0;
  activation.backward64({&u, 1, 1}, {&value, 1, 1}, {&one, 1, 1}, {&result, 1, 1});
  return result;
}

TEST(GaussianRule, IntegratesPowersExactly) {
  for (const double variance : {1e-6, 1.0, 30.0}) {
    EXPECT_NEAR(gaussian_expectation([](double) { return 1.0; }, 3, variance), 1, 1e-13);
    EXPECT_NEAR(gaussian_expectation([](double u) { return u * u; }, 3, variance), 9 + variance, 1e-11);
    EXPECT_NEAR(gaussian_expectation([](double u) { return std::pow(u, 8); }, 0, variance) / std::pow(variance, 4), 105,
                1e-9);
  }
}

TEST(GaussianRule, AgreesWithTheTrapezoidRule) {
  const auto tanh = [](double u) { return std::tanh(u) * std::tanh(u); };
  for (const double mean : {0.0, 0.7, -4.0})
    for (const double variance : {0.01, 0.3, 1.0, 3.0})
      EXPECT_NEAR(gaussian_expectation(tanh, mean, variance), trapezoid(tanh, mean, variance), 1e-10);
}

TEST(GaussianRule, ResolvesFunctionsMuchNarrowerThanTheDistribution) {
  const auto bump = [](double u) { return std::exp(-u * u / 2); };
  for (const double variance : {1e2, 1e4, 1e8})
    EXPECT_NEAR(gaussian_expectation(bump, 0, variance) * std::sqrt(1 + variance), 1, 1e-8) << variance;
}

class EveryActivation : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryActivation, MomentsAgreeWithAFinePlainSum) {
  const Activation& activation = find_activation(GetParam());
  const auto value = [&](double u) { return phi(activation, u); };
  const auto derivative = [&](double u) { return slope(activation, u); };
  for (const auto& [mean, variance] : {std::pair{0.0, 1.0}, {0.5, 0.2}, {-1.0, 4.0}}) {
    const ActivationMoments moments = activation_moments(activation, mean, variance);
    const auto sum = [&](auto f) { return trapezoid(f, mean, variance, 1e-3); };
    EXPECT_NEAR(moments.mean, sum(value), 1e-5);
    EXPECT_NEAR(moments.mean_square, sum([&](double u) { return std::pow(value(u), 2); }), 1e-5);
    EXPECT_NEAR(moments.slope_square, sum([&](double u) { return std::pow(derivative(u), 2); }), 1e-3);
    const double step = 1e-4;
    EXPECT_NEAR(moments.growth,
                (activation_moments(activation, mean, variance + step).mean_square -
                 activation_moments(activation, mean, variance - step).mean_square) /
                    (2 * step),
                1e-6);
    const auto saturated = [&](double u) {
      return value(u) <= activation.saturated_low || value(u) >= activation.saturated_high ? 1.0 : 0.0;
    };
    EXPECT_NEAR(moments.saturated, sum(saturated), 1e-3);
  }
}

/// A plain double sum over both variables.
double covariance(const Activation& activation, double variance, double c, double (*f)(const Activation&, double)) {
  const double step = 0.02, deviation = std::sqrt(variance), rest = std::sqrt(1 - c * c);
  double sum = 0;
  for (double one = -7.01; one <= 7.01; one += step)
    for (double two = -7.01; two <= 7.01; two += step)
      sum += f(activation, deviation * one) * f(activation, deviation * (c * one + rest * two)) *
             std::exp(-(one * one + two * two) / 2);
  return sum * step * step / (2 * std::numbers::pi);
}

TEST_P(EveryActivation, CovariancesAgreeWithAPlainDoubleSum) {
  const Activation& activation = find_activation(GetParam());
  for (const double c : {0.0, 0.3, 0.9}) {
    EXPECT_NEAR(value_series(activation, 0, 1.5).at(c), covariance(activation, 1.5, c, phi), 1e-4) << c;
    EXPECT_NEAR(slope_series(activation, 0, 1.5).at(c), covariance(activation, 1.5, c, slope), 4e-3) << c;
  }
}

INSTANTIATE_TEST_SUITE_P(Moments, EveryActivation, ::testing::ValuesIn(names_in("activations")),
                         [](const auto& named) { return named.param; });

TEST(HermiteSeries, ReluHasItsClosedForm) {
  const HermiteSeries values = value_series(find_activation("relu"), 0, 1);
  const HermiteSeries slopes = slope_series(find_activation("relu"), 0, 1);
  for (const double c : {0.0, 0.1, 0.5, 0.9, 0.99, 0.9999, 1.0}) {
    const double exact = (std::sqrt(1 - c * c) + c * (std::numbers::pi - std::acos(c))) / (2 * std::numbers::pi);
    EXPECT_NEAR(values.at(c), exact, 1e-7) << c;
    EXPECT_NEAR(slopes.at(c), (std::numbers::pi - std::acos(c)) / (2 * std::numbers::pi), 1e-5) << c;
  }
}

TEST(Moments, ValuesAtUnitVariance) {
  struct Row {
    const char* activation;
    double mean, mean_square, slope_square;
  };
  for (const Row& row : {Row{"tanh", 0, 0.39429, 0.46440},
                         {"sigmoid", 0.5, 0.29338, 0.04484},
                         {"gelu", 0.28209, 0.42522, 0.45585},
                         {"silu", 0.20662, 0.35578, 0.37948},
                         {"elu", 0.16052, 0.64495, 0.66810},
                         {"relu", 0.39894, 0.5, 0.5},
                         {"selu", 0, 1, 1.07157},
                         {"identity", 0, 1, 1},
                         {"leaky_relu", 0.39495, 0.50005, 0.50005}}) {
    const ActivationMoments moments = at(row.activation, 1);
    EXPECT_NEAR(moments.mean, row.mean, 6e-6) << row.activation;
    EXPECT_NEAR(moments.mean_square, row.mean_square, 6e-6) << row.activation;
    EXPECT_NEAR(moments.slope_square, row.slope_square, 6e-6) << row.activation;
  }
}

TEST(Moments, SaturatedShareIsTheTailBeyondTheLimit) {
  const double limit = std::atanh(static_cast<double>(0.97468F));
  for (const double variance : {0.2, 1.0, 9.0})
    EXPECT_NEAR(at("tanh", variance).saturated, std::erfc(limit / std::sqrt(2 * variance)), 1e-9);
  EXPECT_EQ(at("relu", 1).saturated, 0);
  const double shifted = std::erfc((limit - 1) / std::sqrt(2.0)) / 2 + std::erfc((limit + 1) / std::sqrt(2.0)) / 2;
  EXPECT_NEAR(at("tanh", 1, 1).saturated, shifted, 1e-9);
}

TEST(Moments, ExtremeVariances) {
  EXPECT_NEAR(at("tanh", 0).slope_square, 1, 1e-9);
  EXPECT_NEAR(at("relu", 0).growth, 0.5, 1e-9);
  EXPECT_NEAR(at("relu", 1e12).mean_square / 1e12, 0.5, 1e-10);
  EXPECT_TRUE(std::isinf(at("relu", 1e300).mean_square));
  EXPECT_TRUE(std::isnan(at("tanh", 1e300).slope_square));
}

}  // namespace
}  // namespace gradclinic
