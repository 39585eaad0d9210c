#pragma once

#include <vector>

#include "gradclinic/record/record.h"
#include "gradclinic/spec/measure.h"

namespace gradclinic {

/// A function over a few places: steps or layers.
struct Points {
  std::vector<double> x;
  std::vector<double> y;
};

/// The number that a measure is on a record. NaN or Inf when the run diverged: for `final` always, whatever the last
/// row says. "first/last" is 0 when the first is 0, whatever the last: nothing arrives.
/// Throws BadInput when the record has no such quantity or layer, naming the nearest.
double evaluate(const Measure& measure, const Record& record);

/// The measure's quantity over the steps, its layers made one as the measure says; its moment has no meaning here.
Points over_steps(const Measure& measure, const Record& record);

/// The measure's moment for each layer that has the quantity; its layers have no meaning here.
Points over_layers(const Measure& measure, const Record& record);

}  // namespace gradclinic
