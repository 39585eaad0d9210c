#include "gradclinic/diagnosis/shortfall.h"

#include <algorithm>
#include <cmath>

namespace gradclinic {
namespace {

constexpr double kDiverged = 4;  // a shortfall of all that can be learned

/// Share missing of what the other learned; nothing where the other hardly learned anything.
double missing(double loss, double other) {
  if (!std::isfinite(other)) return 0;
  const double learned = 1 - other;
  if (learned < 0.02) return 0;
  if (!std::isfinite(loss)) return 1;
  return std::clamp((loss - other) / learned, -1.0, 1.0);
}

/// Of a share among so many samples.
double standard_error(double share, double samples) {
  return samples > 0 ? std::sqrt(std::max(0.0, share * (1 - share)) / samples) : 0;
}

}  // namespace

double shortfall(const Course& course, std::int64_t step, const Course& other, std::int64_t other_step) {
  if (other.empty() || other.diverged) return 0;
  if (course.empty() || course.diverged) return kDiverged;
  const double training =
      missing(Course::at(course.training, step).loss, Course::at(other.training, other_step).loss) / kClearLossShare;
  if (course.validation.empty() || other.validation.empty()) return training;
  const Point& held_out = Course::at(course.validation, step);
  const Point& other_held_out = Course::at(other.validation, other_step);
  const double loss = missing(held_out.loss, other_held_out.loss) / kClearLossShare;
  if (std::isnan(held_out.accuracy)) return loss;
  const double accuracy = (other_held_out.accuracy - held_out.accuracy) /
                          (kClearAccuracy + standard_error(other_held_out.accuracy, course.held_out));
  // A loss on samples held out suffers from confidence, a training loss from what keeps it from memorizing.
  return std::max(accuracy, std::min({loss, training, 2 * accuracy + 0.5}));
}

}  // namespace gradclinic
