#include "gradclinic/fixes/outcome_measure.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradclinic/diagnosis/shortfall.h"

namespace gradclinic {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool failed(const Course& course) { return course.empty() || course.diverged; }

double finite_or_infinity(double loss) { return std::isfinite(loss) ? loss : kInfinity; }

}  // namespace

OutcomeMeasure measure_for(const Course& untreated, const Diagnosis& diagnosis) {
  if (untreated.validation.empty()) return OutcomeMeasure::training_loss;
  const Finding* cause = diagnosis.cause();
  if (std::isnan(untreated.validation.back().accuracy) || (cause && cause->pathology == "overfitting"))
    return OutcomeMeasure::held_out_loss;
  return OutcomeMeasure::held_out_accuracy;
}

const char* name_of(OutcomeMeasure measure) {
  switch (measure) {
    case OutcomeMeasure::held_out_accuracy:
      return "held-out accuracy";
    case OutcomeMeasure::held_out_loss:
      return "held-out loss";
    case OutcomeMeasure::training_loss:
      break;
  }
  return "training loss";
}

double value_of(OutcomeMeasure measure, const Course& course) {
  const bool is_accuracy = measure == OutcomeMeasure::held_out_accuracy;
  if (failed(course) || (measure != OutcomeMeasure::training_loss && course.validation.empty()))
    return is_accuracy ? 0 : kInfinity;
  if (measure == OutcomeMeasure::training_loss) return finite_or_infinity(course.last().loss);
  const Point& end = Course::at(course.validation, course.last().step);
  return is_accuracy ? end.accuracy : finite_or_infinity(end.loss);
}

double badness(OutcomeMeasure measure, const Course& course) {
  const double value = value_of(measure, course);
  return measure == OutcomeMeasure::held_out_accuracy ? -value : value;
}

double gap(OutcomeMeasure measure, const Course& course, const Course& other) {
  if (measure != OutcomeMeasure::held_out_loss || failed(course) || failed(other))
    return shortfall(course, course.empty() ? 0 : course.last().step, other, other.empty() ? 0 : other.last().step);
  const double better = value_of(measure, other);
  constexpr double kHardlyAnything = 0.02;
  if (!(1 - better >= kHardlyAnything)) return 0;
  return std::clamp((value_of(measure, course) - better) / (1 - better), -1.0, 1.0) / kClearLossShare;
}

}  // namespace gradclinic
