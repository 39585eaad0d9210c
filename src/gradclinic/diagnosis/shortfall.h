#pragma once

#include <cstdint>

#include "gradclinic/diagnosis/course.h"

namespace gradclinic {

/// By how much a training is worse than another of the same data, in units of what counts as clearly worse: 1 and above
/// is clear, 0 is no worse. Compared at their last points up to `step` (and `other_step` of the other).
/// Without samples held out: a quarter of what the other learned of the training loss is missing. With samples held
/// out what counts is these: a quarter of what the other learned of the held-out loss of a regression, or 5 points of
/// accuracy; the training loss then only where the samples held out do not speak against it. A training that diverged
/// is clearly worse than one that did not.
/// Beside an accuracy that is no worse, losses count by half where the training's own held-out loss is above half of a
/// constant prediction's: as many samples are right, but most of them only just.
/// A held-out accuracy is only as sure as its samples are many: one standard error is added to the 5 points.
double shortfall(const Course& course, std::int64_t step, const Course& other, std::int64_t other_step);

/// The parts of a clear shortfall: a share of the loss that the other one learned, points of accuracy.
inline constexpr double kClearLossShare = 0.25;
inline constexpr double kClearAccuracy = 0.05;

}  // namespace gradclinic
