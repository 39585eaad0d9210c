#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace gradclinic {

// Rank statistics for few observations that may be infinite. Throughout, NaN counts as +Inf: the loss of a run that
// diverged is worse than any finite one. Of no observations every figure is NaN and every interval is the whole line.

/// A closed interval and the probability with which it covers what it is an interval of (at least; NaN: approximate).
struct Interval {
  double low = 0;
  double high = 0;
  double coverage = 0;
};

/// The quantile of probability `share` in [0, 1], linear between order statistics (type 7 of Hyndman & Fan 1996, as R
/// and NumPy). Between a finite and an infinite one it is infinite.
double quantile(std::vector<double> values, double share);

/// The middle one, or the mean of the two in the middle. Of -Inf and +Inf in the middle: 0.
double median(std::vector<double> values);

/// Exact interval of the population's median from two order statistics (Thompson 1936): the narrowest symmetric pair
/// whose coverage, 1 - 2 P(Binomial(n, 1/2) < k), reaches `confidence`, whatever the distribution; with ties it covers
/// more. Fewer than six observations cannot reach 95 %: the whole line, coverage 1.
Interval median_interval(std::vector<double> values, double confidence = 0.95);

/// P(Binomial(trials, probability) <= successes).
double binomial_at_most(std::int64_t successes, std::int64_t trials, double probability);

/// Exact one-sided sign test for "the median is above `reference`": the probability of so many observations above it
/// if it were not. An observation that ties with it counts as not above; p <= 0.025 exactly when the lower end of the
/// 95 % median_interval lies above `reference`.
double sign_test_above(std::span<const double> values, double reference);

/// The same for "the median is not above `reference`": ties speak for it; p <= 0.025 exactly when the upper end of the
/// interval is at most `reference`.
double sign_test_not_above(std::span<const double> values, double reference);

/// Exact two-sided sign test of "above and not above `reference` are equally likely": twice the smaller one-sided p, at
/// most 1. Ties count as not above (Dixon & Mood 1946 drop them, and so forget how often nothing happened).
double sign_test(std::span<const double> values, double reference = 0);

/// Exact interval of a binomial probability (Clopper & Pearson 1934). 0 trials: [0, 1].
Interval binomial_interval(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

enum class BootstrapKind {
  percentile,                 ///< Efron 1979
  bias_corrected_accelerated  ///< BCa, Efron 1987; where the acceleration is undefined (Inf) it is taken as 0
};

/// Bootstrap interval of any statistic. The same seed gives the same interval on every machine. Approximate: for a
/// median prefer median_interval. Fewer than two observations: the whole line.
Interval bootstrap_interval(std::span<const double> values,
                            const std::function<double(std::span<const double>)>& statistic,
                            BootstrapKind kind = BootstrapKind::bias_corrected_accelerated, double confidence = 0.95,
                            int resamples = 2000, std::uint64_t seed = 42);

/// Holm's (1979) step-down adjustment, in the order of the input: the family-wise error rate of calling everything with
/// an adjusted p <= 0.05 significant is at most 5 %, whatever the dependence.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

}  // namespace gradclinic
