#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "gradclinic/spec/spec.h"
#include "gradclinic/theory/depth_scales.h"
#include "gradclinic/theory/prediction.h"

namespace gradclinic {

/// All that `gradclinic predict` tells of a spec.
struct SpecForecast {
  Spec spec;
  InputFacts inputs;
  Forecast forecast;
  std::optional<DepthScales> scales;
  std::optional<double> initial_loss;
  Index classes = 0;  ///< 0 for regression
};

/// A table by layer (twelve rows at most) and what it means, in sentences.
std::string prediction_text(const SpecForecast& forecast);

/// The same in full; null stands for what is not predicted and for numbers beyond JSON.
nlohmann::json prediction_json(const SpecForecast& forecast);

}  // namespace gradclinic
