#pragma once

#include "gradclinic/record/record.h"

namespace gradclinic {

/// Points that training losses are summed up to.
inline constexpr std::size_t kLogSurveys = 20;

/// A logged training loss as a table "survey" with the column "survey.loss": the first value, then the median of each
/// twentieth of the values, at its last step; all values where there are no more than 20. Not finite where most of a
/// twentieth are not, and at the end where the last value is not. The series is not empty.
Table survey_of(const Series& loss);

}  // namespace gradclinic
