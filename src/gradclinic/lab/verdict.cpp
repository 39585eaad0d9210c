#include "gradclinic/lab/verdict.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

std::vector<double> negated(std::vector<double> values) {
  for (double& value : values) value = -value;
  return values;
}

/// Where the claim puts the median, and the evidence for and against it (one-sided p).
struct Evidence {
  bool inside = false;   ///< the whole interval lies where the claim says
  bool outside = false;  ///< none of it does
  double p_for = 1;
  double p_against = 1;
};

Evidence is_above(const std::vector<double>& effects, const Interval& interval, double bound) {
  return {interval.low > bound, interval.high <= bound, sign_test_above(effects, bound),
          sign_test_not_above(effects, bound)};
}

Evidence is_within(const std::vector<double>& effects, const Interval& interval, double bound) {
  const std::vector<double> mirrored = negated(effects);
  return {interval.low >= -bound && interval.high <= bound, interval.low > bound || interval.high < -bound,
          std::max(sign_test_not_above(effects, bound), sign_test_not_above(mirrored, bound)),
          std::min(sign_test_above(effects, bound), sign_test_above(mirrored, bound))};
}

Evidence weigh(const std::vector<double>& effects, const Interval& interval, Comparison is, double bound) {
  const Interval mirrored{-interval.high, -interval.low, interval.coverage};
  switch (is) {
    case Comparison::greater:
    case Comparison::above:
      return is_above(effects, interval, bound);
    case Comparison::less:
      return is_above(negated(effects), mirrored, bound);
    case Comparison::below:
      return is_above(negated(effects), mirrored, -bound);
    case Comparison::equal:
      return is_within(effects, interval, bound);
  }
  return {};
}

int rank(Verdict verdict) {
  switch (verdict) {
    case Verdict::refuted:
      return 0;
    case Verdict::vacuous:
    case Verdict::inconclusive:
      return 1;
    case Verdict::supported:
      return 2;
  }
  return 2;
}

bool is_weaker(const Decision& one, const Decision& other) {
  if (rank(one.verdict) != rank(other.verdict)) return rank(one.verdict) < rank(other.verdict);
  return one.verdict == Verdict::refuted ? one.p < other.p : one.p > other.p;
}

}  // namespace

Decision decide(const std::vector<double>& effects, Comparison is, double bound) {
  const Interval interval = median_interval(effects);
  const Evidence evidence = weigh(effects, interval, is, bound);
  Decision decision;
  decision.effect = median(effects);
  decision.low = interval.low;
  decision.high = interval.high;
  decision.pairs = static_cast<int>(effects.size());
  decision.p = std::min(1.0, 2 * std::min(evidence.p_for, evidence.p_against));
  if (evidence.inside) decision.verdict = Verdict::supported;
  if (evidence.outside) decision.verdict = Verdict::refuted;
  return decision;
}

std::size_t weakest(const std::vector<Decision>& parts) {
  return static_cast<std::size_t>(std::min_element(parts.begin(), parts.end(), is_weaker) - parts.begin());
}

double contrast(double left, double right, Scale scale) {
  if (left == right) return 0;
  if (scale == Scale::linear) return left - right;
  if (left < 0 || right < 0) return std::numeric_limits<double>::quiet_NaN();
  return std::log(left) - std::log(right);
}

double comparable(double value, const Measure& measure) {
  if (!std::isnan(value)) return value;
  return !measure.steps_to && larger_is_better(measure.quantity) ? 0 : std::numeric_limits<double>::infinity();
}

}  // namespace gradclinic
