#pragma once

#include "gradclinic/lab/results.h"

namespace gradclinic::testing {

/// A lab's results as they might come out, every oddity included: curves over thirteen decades, a diverged curve, NaN
/// and infinite values, a heatmap with holes, every verdict, an experiment without anything, text that tries to be
/// HTML or Markdown, and long labels.
LabResults fixture();

}  // namespace gradclinic::testing
