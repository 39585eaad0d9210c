#pragma once

#include <span>

namespace gradclinic {

/// Exact one-sided rank-sum test (Wilcoxon 1945; Mann & Whitney 1947) of "values of `lower` tend to be below those of
/// `upper`": the probability of so many pairs in that order if both were drawn alike. A tie, and a NaN on either side,
/// counts as a pair in the wrong order, which makes the test conservative. 1 when a side is empty.
double rank_sum_test_below(std::span<const double> lower, std::span<const double> upper);

}  // namespace gradclinic
