#pragma once

#include <memory>
#include <string>

#include "gradclinic/record/record.h"
#include "script_training.h"

namespace gradclinic::torch {

/// A TorchScript model with its data, to be trained as often as there are questions to it. Needs no LibTorch header.
class ScriptPatient {
 public:
  /// Throws BadInput; see ScriptModel and read_script_data.
  ScriptPatient(const std::string& model, const std::string& data);
  ~ScriptPatient();

  Record train(const Spec& spec, const ScriptTrainingOptions& options = {}) const;
  Counterfactual retrain(const Spec& base, const Spec& changed, const ScriptTrainingOptions& options) const;
  Counterfactual train_plain(const Spec& base, const ScriptTrainingOptions& options) const;

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

}  // namespace gradclinic::torch
