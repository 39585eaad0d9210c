#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/tensor/statistics.h"
#include "gradclinic/train/observer.h"

namespace gradclinic {

/// What a probe may look at when its turn comes. The network holds the parameters after the step's update; a probe runs
/// its own passes on a network of its own, never on this one.
struct ProbeInput {
  const Training& training;
  const StepSummary& summary;
};

/// A gauge at work on one run, with whatever it keeps from one measurement to the next. Either function may be empty.
/// `values` has one entry per column, NaN until written. A probe may throw: that becomes an event, and ends the probe.
struct Probe {
  std::vector<Column> columns;
  /// Called with every tensor of a step in which the probe is due.
  std::function<void(Quantity quantity, int layer, View<const float> tensor, float* values)> see;
  /// Called at the end of such a step.
  std::function<void(const ProbeInput& input, float* values)> measure;
};

/// A catalogue entry of instruments/gauges: one measured quantity. Its id is its file's name and a part of its columns'
/// names, underscores included. Exactly one of the functions is set.
struct Gauge {
  std::string id;
  std::string summary;         ///< one line
  std::string unit;            ///< "1" for a pure number, "share", "count", "samples", "loss", ...
  std::string cost;            ///< of one measurement
  std::string reference;       ///< formula or paper
  std::string table = "step";  ///< its schedule: step, validation, histograms, rank, noise, sharpness

  /// Read off the one-pass statistics of each tensor whose quantity is in `quantities` (empty: all): a column
  /// "<quantity>.<id>" for each layer that has the quantity.
  float (*of_tensor)(const TensorStatistics& statistics) = nullptr;
  std::vector<Quantity> quantities = {};
  /// Read off a layer's weights and their update: a column "<id>" per layer.
  float (*of_update)(const TensorStatistics& update, const TensorStatistics& weight) = nullptr;
  /// Read off the step's summary: one column "<id>" of the whole network.
  float (*of_step)(const StepSummary& summary) = nullptr;
  /// Read off a pass over the samples held out: one column "<id>".
  float (*of_validation)(double loss, double accuracy) = nullptr;
  /// Measured by extra work on a schedule of its own: starts the probe of a run.
  Probe (*start_probe)(const Training& training) = nullptr;
};

namespace gauges {
std::vector<Gauge> all();
}  // namespace gauges

/// Every quantity, in the order of the enumeration.
const std::vector<Quantity>& all_quantities();

/// "weight_grad" for Quantity::weight_grad, as columns are named.
const char* name_of(Quantity quantity);

/// How many layers of a network of that depth have the quantity, counted from 1: the output layer has no activation.
int layers_with(Quantity quantity, int depth);

}  // namespace gradclinic
