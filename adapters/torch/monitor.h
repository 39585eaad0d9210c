#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "gradclinic/diagnosis/finding.h"

namespace at {
class Tensor;
}
namespace torch::nn {
class Module;
}
namespace torch::optim {
class Optimizer;
}

namespace gradclinic::torch {

/// How a training is watched.
struct MonitorOptions {
  std::string name = "training";  ///< what reports call it
  /// The share of a step's time that watching may add: 0.03 is 3 %. Below 0: every step is looked at.
  double budget = 0.03;
};

/// Watches a training in LibTorch, from the loop that carries it out, and says what ails it:
///
///     gradclinic::torch::Monitor monitor(*net, optimizer);
///     for (auto& batch : *loader) {
///       optimizer.zero_grad();
///       auto loss = torch::nn::functional::cross_entropy(net->forward(batch.data), batch.target);
///       loss.backward();
///       optimizer.step();
///       monitor.step(loss);
///     }
///     std::cout << monitor.text();
///     monitor.report("report.html");
///
/// A layer is a module with a weight matrix that an operation multiplies by: linear, convolutional, recurrent. Layers
/// count from 1 in the order in which the first step calls them. What stands behind them, and what the loss is computed
/// from, is read off the operations themselves, so modules and functions are seen alike; of losses other than
/// cross-entropy, mean squared error and binary cross-entropy of logits only the course is judged.
///
/// Nothing of the training is changed: its parameters are the same to the bit. Nothing is thrown into the loop: what
/// goes wrong in the watching ends it, and the diagnosis says so. No tensor outlives its step but one copy of the
/// weights, and up to 1,000 samples. The record keeps at most 2,048 steps, evenly spread.
///
/// Use it from the thread that computes forward passes. Module and optimizer must outlive it; parameters added later
/// are not seen. With gradients gathered over several batches, call step once for each update.
class Monitor {
 public:
  Monitor(::torch::nn::Module& module, ::torch::optim::Optimizer& optimizer, const MonitorOptions& options = {});
  ~Monitor();
  Monitor(Monitor&&) noexcept;

  /// A step is done, with this loss: call it behind optimizer.step() and before the next zero_grad(). A loss that is no
  /// scalar is taken for its mean.
  void step(const at::Tensor& loss) noexcept;
  /// Loss and accuracy on samples held out, as the loop has measured them, whenever it does. Without, overfitting
  /// cannot be judged.
  void validation(double loss, double accuracy = std::numeric_limits<double>::quiet_NaN()) noexcept;

  /// What ails the training as far as it has come. This and what follows throw RunFailed where no step was seen.
  Diagnosis diagnosis() const;
  /// The diagnosis for a terminal.
  std::string text() const;
  /// Writes the diagnosis as one page that works offline. Throws StoreError where it cannot be written.
  void report(const std::string& path) const;
  /// Adds the record to a store, for `gradclinic list`, `diagnose` and `export`; its id there. Throws StoreError.
  std::int64_t save(const std::string& store) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic::torch
