#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradclinic/record/record.h"

namespace gradclinic {

/// Loss and accuracy at a number of updates done. Losses are divided by that of the best constant prediction on the
/// same data, so that 1 is having learned nothing, whatever the unit of the targets; see Course::of_first.
struct Point {
  std::int64_t step = 0;
  double loss = 0;
  double accuracy = 0;  ///< NaN for regression
};

/// How a training went, as far as it matters whether it failed.
struct Course {
  std::vector<Point> training;    ///< the surveys: a fixed sample in evaluation mode
  std::vector<Point> validation;  ///< the samples held out, if any
  double constant_loss = 0;       ///< the unit of all losses here; 1 where the targets are constant
  double zero_loss = 0;           ///< what loss counts as 0 here: another than 0 where losses fall below it
  bool of_first = false;          ///< nothing is known of what the loss is of, and 1 is what training began with
  double least_fall = 0.02;       ///< below 1: a loss that has fallen by less tells nothing
  double validation_unit = 0;     ///< that of the losses on samples held out: another one where losses are sums
  double held_out = 0;            ///< samples held out
  bool diverged = false;          ///< the loss stopped being finite, or ended far above the constant prediction's

  bool empty() const { return training.empty(); }
  /// Whether the training loss has fallen by enough to tell anything.
  bool falls() const;
  /// A loss as it was recorded.
  double recorded(double loss) const { return zero_loss + loss * constant_loss; }
  /// What losses here are of: "of a constant prediction's".
  std::string unit_name() const { return of_first ? "where 1 is the first" : "of a constant prediction's"; }
  const Point& last() const { return training.back(); }
  /// The point at that step, or the last one before it; the first when there is none.
  static const Point& at(const std::vector<Point>& points, std::int64_t step);
  /// The point of least loss.
  static const Point& best(const std::vector<Point>& points);
};

/// Reads tables "survey", "validation" and "data". Empty when there was no survey. `alike`: another course of the same
/// data and loss, whose units are taken. Of a loss that is a sum, samples held out come in batches of another size: the
/// typical one is taken to be what it is on the batches trained on. Of a loss that is not understood and falls below 0,
/// 1 is the first and a fifth the lowest.
Course read_course(const Record& record, const Course* alike = nullptr);

}  // namespace gradclinic
