#pragma once

#include <ATen/core/Tensor.h>

#include "gradclinic/instruments/data_facts.h"
#include "gradclinic/spec/spec.h"
#include "script_data.h"

namespace gradclinic::torch {

/// A model's samples as a spec prepares them.
struct Samples {
  at::Tensor inputs;
  at::Tensor targets;
  at::Tensor held_inputs;  ///< the samples held out; none without data.validation
  at::Tensor held_targets;
};

/// Holds out data.validation's share, chosen by a generator of its own made from the seed; standardizes inputs and
/// targets as data.standardize and data.standardize_target say, by the training part (words and classes are no amounts,
/// and stay); multiplies targets by data.target_scale. `targets` are as the loss takes them.
Samples prepare(const at::Tensor& inputs, const at::Tensor& targets, const Spec& spec);

/// Rows i n / count of n, spread evenly: up to `most` of them.
at::Tensor spread_rows(std::int64_t count, std::int64_t most);

/// The facts of the training part; of inputs with more than 1,024 entries a sample, that many spread evenly.
DataFacts describe(const Samples& samples, const std::string& loss);

}  // namespace gradclinic::torch
