#pragma once

#include "gradclinic/data/dataset.h"

namespace gradclinic {

/// What the theory needs to know of a network's inputs.
struct InputFacts {
  Index features = 0;
  double mean_square = 1;  ///< mean of x^2 over features and samples
  double mean = 0;         ///< mean of x
  double overlap = 0;      ///< mean over features of x y for two different samples
};
InputFacts input_facts(const Dataset& data);

/// Mean and population variance of all entries of regression targets; the number of classes otherwise.
struct TargetFacts {
  double mean = 0;
  double variance = 0;
  Index classes = 0;
};
TargetFacts target_facts(const Dataset& data);

}  // namespace gradclinic
