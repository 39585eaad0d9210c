#pragma once

#include "gradclinic/fixes/outcome_measure.h"
#include "gradclinic/support/statistics.h"

namespace gradclinic {

/// What treated runs ended with against the untreated ones of their seeds.
struct Assessment {
  double outcome = 0;  ///< median of the measure over the treated seeds
  double effect = 0;   ///< median over the seeds of the measure, treated minus untreated
  /// Of that effect, exact, from order statistics: 95 % coverage from six seeds on; of fewer the largest that they
  /// reach (five: 93.75 %).
  Interval interval;
  double p = 1;     ///< exact one-sided rank-sum test of better than untreated; 1 unless treated on all seeds
  double gain = 0;  ///< median over the seeds of the gap of the untreated run to the treated one; 1 is clearly better
};

Assessment assess(OutcomeMeasure measure, const std::vector<Course>& treated, const std::vector<Course>& untreated);

/// The median of the measure over runs.
double median_value(OutcomeMeasure measure, const std::vector<Course>& courses);

/// A fix is proven with a gain of 1 or more and a p value, after Holm's adjustment, of 0.05 or less.
inline bool is_proven(double gain, double holm) { return gain >= 1 && holm <= 0.05; }

}  // namespace gradclinic
