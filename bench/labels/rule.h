#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/case.h"
#include "metrics.h"

namespace gradclinic {

inline constexpr int kSeeds = 10;
inline constexpr int kMostSeeds = 8;     ///< of 10: what is called sick is worse on at least as many
inline constexpr int kFewSeeds = 2;      ///< of 10: what is called healthy is worse on at most as many
inline constexpr double kLearnt = 0.75;  ///< of the trivial loss: more is not learnt

/// Whether a run is clearly worse than another on the same seed. In fractions of what the other one gained over
/// the best constant: training loss 0.25 higher; accuracy on held-out samples 5 points lower; without classes, the
/// held-out loss 0.25 higher; or, of any task, 0.25 higher and above 1.25 times the lowest it had been (overfitting).
/// A run that diverged is worse than one that did not.
/// With `other_labels` the training losses are not of the same samples, and only held-out samples count.
bool clearly_worse(const Metrics& run, const Metrics& than, bool other_labels);

/// Whether the loss on held-out samples ends above 1.25 times the lowest it had been.
bool overfits(const Metrics& run);

/// Whether it clearly beats the best constant: on the held-out samples, without them on the training samples.
bool learnt(const Metrics& run);

/// A usual way to train the same data.
struct Recipe {
  std::string name;
  Spec spec;
};

/// The learning rate times and over 3, Adam at 1e-3, He initialization, batch norm, standardized inputs, and
/// thrice the budget; without those that change nothing or cannot be.
std::vector<Recipe> recipes(const Spec& spec);

/// Whether a healthy case must stand by itself, as a base must: it is one, or its data are not the base's.
bool stands_alone(const Case& labelled);

}  // namespace gradclinic
