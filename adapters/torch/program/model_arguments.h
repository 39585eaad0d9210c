#pragma once

#include <CLI/App.hpp>
#include <atomic>
#include <string>

#include "../script_patient.h"

namespace gradclinic::torch {

/// Which model is trained, on what, and how.
struct ModelArguments {
  std::string model;
  std::string data;
  Spec spec;
};

/// The model, its data and how it is trained, as options.
void add_model_options(CLI::App& app, ModelArguments& arguments);

/// The spec that the arguments make. Throws BadInput where data or loss are missing, or a value cannot be.
Spec spec_of(const ModelArguments& arguments);

/// Trains under the whole watch, showing progress.
Record train_watched(const ScriptPatient& patient, const Spec& spec, const std::atomic<bool>& stop);

}  // namespace gradclinic::torch
