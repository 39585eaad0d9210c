#pragma once

#include <vector>

#include "gradclinic/instruments/survey.h"
#include "gradclinic/net/activation.h"
#include "gradclinic/tensor/unit_tensor.h"

namespace gradclinic {

/// What a survey gathers of one module of a network from outside.
class OutsideSurvey {
 public:
  /// A batch's activations. Units are judged dead or saturated by all batches since the last result; likeness and
  /// dimensions by the first 512 samples (the outer axis), of each up to 2048 entries spread evenly.
  void add(const UnitTensor& activations, const Activation& activation);
  void add_weights(View<const float> weights);
  /// Of what was added since the last call; NaN where nothing was. `scratch` may be used for survey after survey, so
  /// that its memory is asked for once.
  LayerSurvey take(bool can_die, std::vector<float>& scratch);

 private:
  void keep_samples(const UnitTensor& activations);
  /// The samples, a unit to a row.
  View<const float> transposed(std::vector<float>& scratch) const;

  std::vector<unsigned char> alive_;
  std::vector<Index> saturated_;
  Index entries_ = 0;           // per unit
  std::vector<float> samples_;  // sample after sample
  Index sample_size_ = 0;
  Index kept_ = 0;
  double weight_mean_ = 0;
  double weight_deviation_ = 0;
};

}  // namespace gradclinic
