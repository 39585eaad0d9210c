#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../layers.h"
#include "../trainee.h"
#include "gradclinic/instruments/gradient_noise.h"
#include "gradclinic/instruments/sharpness_search.h"
#include "gradclinic/spec/spec.h"
#include "gradclinic/tensor/generator.h"

namespace gradclinic::torch {

/// What is measured of a loss at its parameters.
struct LossProbed {
  /// A batch's mean loss in training mode, with dropout from that generator. Leaves running statistics alone.
  std::function<at::Tensor(const Examples& batch, Generator& drops)> loss;
  NamedTensors parameters;  ///< in the order in which they were defined: a norm's follow those of the layer it norms
  std::vector<std::string> layers;  ///< names of layers 1, 2, ...
};

/// The tables "noise" and "sharpness" of a network that LibTorch trains: the same estimates as
/// instruments/gradient_noise and gauges/sharpness make natively, of the same parts of a batch and from the same first
/// vector. Hessian-vector products are autograd's (Pearlmutter 1994, Fast Exact Multiplication by the Hessian), in
/// float.
class LossProbes {
 public:
  /// Opens the tables that the spec's [watch] asks for.
  LossProbes(LossProbed probed, const Spec& spec, Sink& sink);

  /// Appends the rows that are due at a step, at the parameters as they are now. What fails becomes an event, and is
  /// not tried again.
  void measure(std::int64_t step, const Examples& batch);

 private:
  void measure_noise(std::int64_t step, const Examples& batch);
  void measure_sharpness(std::int64_t step, const Examples& batch);

  LossProbed probed_;
  std::vector<at::Tensor> parameters_;
  std::vector<std::size_t> layer_;  // of each parameter; 0 is none
  const std::uint64_t seed_;
  std::int64_t noise_interval_, sharpness_interval_;  // 0 is never
  Sink& sink_;
  Generator drops_;
  SharpnessSearch search_;
};

}  // namespace gradclinic::torch
