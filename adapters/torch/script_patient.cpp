#include "script_patient.h"

#include "script_data.h"
#include "script_model.h"

namespace gradclinic::torch {

struct ScriptPatient::Files {
  ScriptModel model;
  ScriptData data;
};

ScriptPatient::ScriptPatient(const std::string& model, const std::string& data)
    : files_(new Files{ScriptModel(model), read_script_data(data)}) {}
ScriptPatient::~ScriptPatient() = default;

Record ScriptPatient::train(const Spec& spec, const ScriptTrainingOptions& options) const {
  return train_script(files_->model, files_->data, spec, options);
}

Counterfactual ScriptPatient::retrain(const Spec& base, const Spec& changed,
                                      const ScriptTrainingOptions& options) const {
  return retrain_script(files_->model, files_->data, base, changed, options);
}

Counterfactual ScriptPatient::train_plain(const Spec& base, const ScriptTrainingOptions& options) const {
  return torch::train_plain(files_->model, files_->data, base, options);
}

}  // namespace gradclinic::torch
