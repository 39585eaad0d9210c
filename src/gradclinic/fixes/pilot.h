#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/counterfactual.h"

namespace gradclinic {

/// A learning-rate range test: what a short training reached at each rate.
struct RangeTest {
  std::vector<double> rates;    ///< half decades, ascending
  std::vector<double> learned;  ///< by how much the loss fell, over the constant prediction's; below 0 where it rose

  /// Of the rates from `low` up to `high` that learned at least nine tenths of the most that one of these learned, the
  /// middle one: far from both cliffs. 0 where none learned anything.
  double choose(double low, double high) const;
};

/// Short trainings from a spec's own seed that tell how to set a fix. What was asked once is not trained again.
class Pilot {
 public:
  /// `chart`: of the untreated run, for the size of its data.
  Pilot(const Chart& chart, const CounterfactualOptions& options);

  /// Trains a quarter of the spec's steps at rates from 1e-5 to 10 (Smith 2017, Cyclical Learning Rates for Training
  /// Neural Networks, with a training of its own for each rate instead of one rate that rises).
  const RangeTest& range_test(const Spec& spec);

  /// Trains `most_times` as long as the spec says (or as long as the options' work allows) and returns the number of
  /// steps after which 98 % of the most was learned; 0 where nothing was.
  std::int64_t sufficient_steps(const Spec& spec, int most_times);

  /// Floating-point operations of all that was trained here; see estimated_work.
  double work() const { return work_; }

 private:
  Spec sized(const Spec& spec) const;

  const Chart& chart_;
  CounterfactualOptions options_;
  std::map<std::string, RangeTest> range_tests_;
  std::map<std::string, std::int64_t> lengths_;
  double work_ = 0;
};

}  // namespace gradclinic
