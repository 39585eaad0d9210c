#include "gradclinic/diagnosis/shortfall.h"

#include <algorithm>
#include <cmath>

namespace gradclinic {
namespace {

constexpr double kDiverged = 4;         // a shortfall of all that can be learned
constexpr double kLittleLearned = 0.5;  // a held-out loss above which losses count beside an accuracy
constexpr double kAsRight = 0.5;        // of what is clear: no less accurate than the other one, nor more
constexpr double kByItself = 2;         // a shortfall of losses that is clear whatever the accuracy

/// Share missing of what the other learned; nothing where the other hardly learned anything.
double missing(double loss, double other, double least) {
  if (!std::isfinite(other)) return 0;
  const double learned = 1 - other;
  if (learned < least) return 0;
  if (!std::isfinite(loss)) return 1;
  return std::clamp((loss - other) / learned, -1.0, 1.0);
}

/// Of a share among so many samples.
double standard_error(double share, double samples) {
  return samples > 0 ? std::sqrt(std::max(0.0, share * (1 - share)) / samples) : 0;
}

/// In units of what is clear, at these steps of the two.
double of_training(const Course& course, std::int64_t step, const Course& other, std::int64_t other_step) {
  return missing(Course::at(course.training, step).loss, Course::at(other.training, other_step).loss,
                 other.least_fall) /
         kClearLossShare;
}

double of_held_out(const Course& course, std::int64_t step, const Course& other, std::int64_t other_step) {
  return missing(Course::at(course.validation, step).loss, Course::at(other.validation, other_step).loss,
                 other.least_fall) /
         kClearLossShare;
}

/// In losses alone, whatever the accuracies: of the training loss and the one held out, where there are any, the
/// smaller.
double loss_shortfall(const Course& course, std::int64_t step, const Course& other, std::int64_t other_step) {
  if (other.empty() || other.diverged) return 0;
  if (course.empty() || course.diverged) return kDiverged;
  const double training = of_training(course, step, other, other_step);
  if (course.validation.empty() || other.validation.empty()) return training;
  return std::min(training, of_held_out(course, step, other, other_step));
}

}  // namespace

double shortfall(const Course& course, std::int64_t step, const Course& other, std::int64_t other_step) {
  const double losses = loss_shortfall(course, step, other, other_step);
  if (course.validation.empty() || other.validation.empty() || course.diverged || other.diverged) return losses;
  const double own_accuracy = Course::at(course.validation, step).accuracy;
  const double other_accuracy = Course::at(other.validation, other_step).accuracy;
  if (std::isnan(own_accuracy)) return of_held_out(course, step, other, other_step);
  const double accuracy =
      (other_accuracy - own_accuracy) / (kClearAccuracy + standard_error(other_accuracy, course.held_out));
  // A loss on samples held out suffers from confidence, a training loss from what keeps it from memorizing.
  const double beside_accuracy = std::max(accuracy, std::min(losses, 2 * accuracy + 0.5));
  const bool learned_little =
      !course.of_first && Course::at(course.validation, step).loss > kLittleLearned && accuracy > -kAsRight;
  return learned_little ? std::max(beside_accuracy, losses / kByItself) : beside_accuracy;
}

}  // namespace gradclinic
