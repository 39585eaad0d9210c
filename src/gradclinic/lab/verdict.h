#pragma once

#include <vector>

#include "gradclinic/lab/results.h"
#include "gradclinic/spec/experiment.h"

namespace gradclinic {

// How a claim is decided. docs/claims.md tells it at length.
//
// 1. Per seed there is one effect: the logarithm of left / right (Scale::log) or left - right (Scale::linear); with
//    `above` and `below` the left value itself. Several levels of factors that the claim does not mention are made one
//    by their median, so that n counts seeds and nothing else.
// 2. The claim speaks of the median effect: above +bound (greater), below -bound (less), within +-bound (equal), above
//    or below the constant. bound is the claim's margin, 0 without one.
// 3. The exact 95 % interval of the median (order statistics) decides. Supported: all of it lies where the claim says.
//    Refuted: none of it does. Inconclusive: anything else; always so with fewer than six seeds.
//    A median that is exactly `bound` is not above it: a difference that is nil in nearly all seeds refutes "greater".
// 4. A claim with several parts is supported when each part is, refuted when any part is (intersection-union test,
//    Berger 1982); the weakest part is reported.
//
// If the median effect is not where the claim says, "supported" comes up with probability at most 2.5 %, whatever the
// distribution, ties and infinite values included.

/// Whether left is compared with a constant, not with a right.
inline bool is_against_constant(Comparison is) { return is == Comparison::above || is == Comparison::below; }

/// Paired effects of one part, judged.
struct Decision {
  Verdict verdict = Verdict::inconclusive;
  double effect = 0;  ///< median; NaN without effects
  double low = 0;     ///< exact 95 % interval of the median
  double high = 0;
  int pairs = 0;
  double p = 1;  ///< exact two-sided sign test; at most 0.05 exactly when the verdict is supported or refuted
};

/// Judges one part. `bound` is on the effects' own scale: a log margin, a difference, or a constant.
Decision decide(const std::vector<double>& effects, Comparison is, double bound);

/// The part that the verdict on all of them rests on: a refuted one (smallest p), else an inconclusive one, else a
/// supported one (largest p). Returns its index; of equal ones the first. Parts must not be empty.
std::size_t weakest(const std::vector<Decision>& parts);

/// The effect of a pair. Log: log(left / right); two zeros or two infinite values are no difference; NaN for values
/// below zero, which have no ratio. Linear: left - right; two infinite values are no difference.
double contrast(double left, double right, Scale scale);

/// A measure's value as comparisons take it: NaN, which a diverged run leaves, is the worst there is: 0 for an
/// accuracy, else +Inf.
double comparable(double value, const Measure& measure);

}  // namespace gradclinic
