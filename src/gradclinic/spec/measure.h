#pragma once

#include <optional>
#include <string>

namespace gradclinic {

/// Which layers a measure looks at. Layers count from 1; "last" is the output layer of the quantity.
enum class Layers {
  whole,            ///< no word: a quantity of the whole network (layer 0): "loss"
  first,            ///< "first"
  last,             ///< "last"
  first_over_last,  ///< "first/last": the first layer's value divided by the last one's
  number,           ///< "layer 3"
  mean,             ///< "mean", "median", "max", "min": over the layers that have the quantity, at each step
  median,
  max,
  min
};

/// How a quantity's series over the steps becomes one number.
enum class Moment {
  start,  ///< "at start": the first value measured, before any update
  final,  ///< "final", also when no moment is written: the last value; NaN or Inf when the run diverged
  best,   ///< "best": the largest for an accuracy, else the smallest; NaN never wins
  max,    ///< "max", "min", "mean", "median": over all steps; a NaN among the values makes max, mean, median NaN
  min,
  mean,
  median,
  spread  ///< "spread": population standard deviation over all steps
};

/// Where a "steps to" measure stops counting.
struct Threshold {
  bool below = true;  ///< "below" or "above"
  double value = 0;
};

/// One number of one run, by a sentence of this grammar:
///
///     QUANTITY [LAYERS] [[at] MOMENT]
///     steps to QUANTITY [LAYERS] below|above NUMBER
///
///     LAYERS: first, last, first/last, layer N; mean, median, max, min (over layers, when a moment follows)
///     MOMENT: start, final (when left out), best, max, min, mean, median, spread
///
/// QUANTITY is a column of a record: "loss", "weight_grad.l2". Examples: "weight_grad.l2 first/last at start",
/// "activation.zeros max final" (the worst layer, at the end), "gradient_norm max" (over the steps),
/// "steps to loss below 0.5": the first step at which the value is below; Inf when it never is.
struct Measure {
  std::string text;  ///< as written, single spaces
  std::string quantity;
  Layers layers = Layers::whole;
  int layer = 0;  ///< of Layers::number
  Moment moment = Moment::final;
  std::optional<Threshold> steps_to;  ///< set: the measure counts steps, and `moment` has no meaning
  bool moment_written = false;        ///< the text names a moment
};

/// Reads a measure. `where` goes into errors ("file.toml:12 claim.measure"). Throws BadInput naming the unknown word
/// and what may stand there. Whether a record has the quantity is for its reader to say.
Measure parse_measure(const std::string& text, const std::string& where);

/// "start" for Moment::start, as measures write it.
const char* name_of(Moment moment);

/// Whether more of a quantity is better: true for an accuracy, false for everything else.
bool larger_is_better(const std::string& quantity);

}  // namespace gradclinic
