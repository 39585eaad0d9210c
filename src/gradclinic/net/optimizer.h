#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradclinic/spec/spec.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// One optimizer step's numbers.
struct StepSize {
  double lr = 0.01;
  double momentum = 0.9;
  double weight_decay = 0;
  std::int64_t step = 1;  ///< counts from 1 (Adam's bias correction)
};

/// A catalogue entry of net/optimizers, by torch.optim's definition and defaults.
struct Optimizer {
  std::string id;
  std::string summary;
  std::string reference;
  int state_count = 0;  ///< buffers of the parameters' size that it keeps (momentum; first and second moment)
  /// values, gradients and states are flat, of one length. Weight decay is part of it. Each entry moves by itself: an
  /// update in pieces gives the same bits as one of the whole.
  void (*update)(const StepSize& step, std::span<float> values, std::span<const float> gradients,
                 std::span<float> first_state, std::span<float> second_state);
  void (*update64)(const StepSize& step, std::span<double> values, std::span<const double> gradients,
                   std::span<double> first_state, std::span<double> second_state);
};

namespace optimizers {
std::vector<Optimizer> all();
}  // namespace optimizers

const Optimizer& find_optimizer(const std::string& id);

}  // namespace gradclinic
