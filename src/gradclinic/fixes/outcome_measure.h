#pragma once

#include "gradclinic/diagnosis/course.h"
#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// What fixes are ranked by, at the end of each training. Losses are over the best constant prediction's.
enum class OutcomeMeasure { held_out_accuracy, held_out_loss, training_loss };

/// The training loss where no samples are held out, else the held-out accuracy of a classification, or loss of a
/// regression; where the cause is overfitting the held-out loss.
OutcomeMeasure measure_for(const Course& untreated, const Diagnosis& diagnosis);

/// "held-out accuracy".
const char* name_of(OutcomeMeasure measure);

/// What a training ended with; of one that diverged or that has no course accuracy 0, loss Inf.
double value_of(OutcomeMeasure measure, const Course& course);

/// The same with less being better, whatever the measure.
double badness(OutcomeMeasure measure, const Course& course);

/// By how much a training is worse than another, 1 being clearly worse: shortfall at their ends; for a held-out loss
/// the share missing of what the other learned of it, over kClearLossShare.
double gap(OutcomeMeasure measure, const Course& course, const Course& other);

}  // namespace gradclinic
