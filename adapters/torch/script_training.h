#pragma once

#include <atomic>
#include <functional>
#include <limits>

#include "gradclinic/diagnosis/counterfactual.h"
#include "gradclinic/record/record.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic::torch {

class ScriptModel;
struct ScriptData;

/// How a TorchScript model is trained.
struct ScriptTrainingOptions {
  bool watches =
      true;           ///< records table "step", and layers in surveys; without, losses and accuracies of surveys alone
  bool drops = true;  ///< without: dropout modules are left in evaluation mode
  /// Floating-point operations that the training may take; a longer one ends early, after an epoch at least.
  double work = std::numeric_limits<double>::infinity();
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::int64_t done, std::int64_t all)> on_step = {};
};

/// Trains a model as the spec's seed, data.validation, data.standardize, data.standardize_target, data.target_scale,
/// model.init, model.init_gain and [train] say, on one thread, and records it. The record's spec is of kind "outside":
/// what is found of the network is filled in.
///
/// It is the training that these lines carry out in Python, bit for bit where torch and BLAS use as many threads:
///
///     torch.manual_seed(seed)
///     for epoch in range(epochs):
///         order = torch.randperm(len(x))             # a full batch is not shuffled
///         for first in range(0, len(x), batch):
///             rows = order[first:first + batch]
///             optimizer.zero_grad(); loss = criterion(model(x[rows]), y[rows]); loss.backward(); optimizer.step()
///
/// Surveys are of up to 512 training samples, spread evenly, in evaluation mode, and leave generator and buffers as
/// they were; as many as watch.surveys says. A loss that is not finite ends the training: a result.
/// Throws BadInput where the model cannot take the samples, or the targets do not fit model and loss.
Record train_script(const ScriptModel& model, const ScriptData& data, const Spec& spec,
                    const ScriptTrainingOptions& options = {});

/// Whether another training of the model can be as a changed spec says: [train] without its loss, the data's
/// preparation, model.init, and dropout switched off can be followed; another architecture cannot.
bool follows(const Spec& base, const Spec& changed);

/// Trains once more by a changed spec; nothing (an empty course) where it cannot be followed. `base`: the record's.
Counterfactual retrain_script(const ScriptModel& model, const ScriptData& data, const Spec& base, const Spec& changed,
                              const ScriptTrainingOptions& options);

/// Trains a plain network in the model's place (see plain_network.h), on standardized samples by Adam; nothing where
/// there is none. `base`: the record's spec.
Counterfactual train_plain(const ScriptModel& model, const ScriptData& data, const Spec& base,
                           const ScriptTrainingOptions& options);

}  // namespace gradclinic::torch
