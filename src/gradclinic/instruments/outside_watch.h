#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradclinic/instruments/data_facts.h"
#include "gradclinic/instruments/sink.h"
#include "gradclinic/net/tap.h"
#include "gradclinic/tensor/unit_tensor.h"

namespace gradclinic {

/// A layer of a network that another framework trains: one that has weights, with the activation function behind it.
struct OutsideLayer {
  std::string name;        ///< "layer1.0.conv2"
  std::string activation;  ///< an id of net/activations; "identity" where there is none
  double inputs = 0;       ///< fan-in: what one output sums over
  double outputs = 0;      ///< fan-out
};

/// One step's numbers; NaN where they are not known.
struct OutsideStep {
  std::int64_t step = 0;  ///< counts from 0
  double loss = 0;
  double accuracy = 0;
  double lr = 0;
  double gradient_norm = 0;
  double clipped_gradient_norm = 0;
};

/// Puts the gauges of table "step", surveys and the facts of the data on a training that another framework carries out,
/// and sends the same tables to a sink as Watch does, so that nothing behind the record need know who trained.
/// Modules are numbered from 0 in any order while the first step is watched; `start` then says which of them is which
/// layer. What is seen of a module is kept until end_step. Nothing here keeps a pointer to what it was shown; of
/// the weights there is one copy.
/// A survey differs from Watch's in one way: its sample is of the training's own batches, in training mode.
class OutsideWatch {
 public:
  OutsideWatch(Sink& sink, int modules);
  ~OutsideWatch();
  OutsideWatch(OutsideWatch&&) noexcept;

  /// The activation function behind a module; identity until this is called. Throws BadInput for an unknown id.
  void set_activation(int module, const std::string& activation);

  void see(Quantity quantity, int module, const UnitTensor& tensor);
  /// A tensor that several modules share, read once; its statistics, by a rule without units.
  TensorStatistics see_shared(Quantity quantity, std::span<const int> modules, View<const float> values);
  /// Copies a module's weights before they are updated.
  void keep(int module, View<const float> weights);
  /// The weights after the update, and the update where weights of that size were kept.
  void see_weights(int module, View<const float> weights);
  /// Adds a batch's activations to the next survey's sample; see OutsideSurvey.
  void survey(int module, const UnitTensor& activations);

  /// Which modules the layers 1, 2, ... are, after the first step was seen and before its end_step. The sink's tables
  /// are opened.
  void start(const std::vector<int>& modules, const std::vector<OutsideLayer>& layers);
  bool started() const;

  /// The tensors of the next step that is seen are put into histograms, too.
  void want_histograms();
  /// So are the effective ranks of its activations, which takes an eigenvalue decomposition a layer.
  void want_ranks();
  /// Appends a row of "step" of what was seen since the last one, and of "histograms" and "rank" where wanted; an event
  /// "non-finite" for the first tensor of the run that has a NaN or Inf, in the order in which they were seen.
  void end_step(const OutsideStep& step);
  /// Appends a row of "survey" as of so many updates done, and begins a new sample. Loss and accuracies are the
  /// caller's: means over the batches since the last survey. Weights are those kept last.
  void take_survey(std::int64_t steps_done, double loss, double accuracy, double balanced_accuracy);
  void describe_data(const DataFacts& facts);
  void validation(std::int64_t step, double loss, double accuracy);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic
