#pragma once

#include <string>
#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/tensor/statistics.h"
#include "gradclinic/train/observer.h"

namespace gradclinic {

/// What a gauge may look at when its turn comes, besides the tensors of the step.
struct ProbeInput {
  const Training& training;
  const StepSummary& summary;
  Network<float>& scratch;  ///< a network of the same shape with the current values: passes on it change nothing
};

/// A catalogue entry of instruments/gauges: one measured quantity. Exactly one of `of_tensor`, `of_step`, `of_probe`
/// is set.
struct Gauge {
  std::string id;         ///< the last part of the column's name: "l2" of "weight_grad.l2"
  std::string summary;    ///< one line
  std::string unit;       ///< "", "share", "steps", ...
  std::string reference;  ///< formula or paper
  std::string schedule = "step";  ///< its table: step, histograms, rank, noise, sharpness
  /// Read off the one-pass statistics of each tensor whose quantity is in `quantities` (empty: all).
  float (*of_tensor)(const TensorStatistics& statistics) = nullptr;
  std::vector<Quantity> quantities;
  /// Read off the step's summary; one column per network.
  float (*of_step)(const StepSummary& summary) = nullptr;
  /// Measured by extra passes or decompositions: the columns it fills for a training, and how.
  std::vector<Column> (*probe_columns)(const Training& training) = nullptr;
  void (*of_probe)(const ProbeInput& input, float* values) = nullptr;
};

namespace gauges {
std::vector<Gauge> all();
}  // namespace gauges

/// "weight_grad" for Quantity::weight_grad, as columns are named.
const char* name_of(Quantity quantity);

}  // namespace gradclinic
