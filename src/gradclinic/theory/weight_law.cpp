#include "gradclinic/theory/weight_law.h"

#include <algorithm>

#include "gradclinic/net/initializer.h"

namespace gradclinic {
namespace {

std::optional<double> weight_variance(const ModelSpec& model, double inputs, double outputs) {
  if (model.init == "torch") return 1 / (3 * inputs);
  if (model.init.starts_with("xavier_")) return 2 / (inputs + outputs);
  if (model.init.starts_with("he_")) return 2 / inputs;
  if (model.init == "lecun_normal") return 1 / inputs;
  if (model.init == "orthogonal" || model.init == "lsuv") return 1 / std::max(inputs, outputs);
  if (model.init == "normal") return model.init_std * model.init_std;
  return std::nullopt;
}

}  // namespace

std::optional<WeightLaw> weight_law(const ModelSpec& model, Index inputs, Index outputs) {
  const double fan_in = static_cast<double>(inputs);
  const std::optional<double> variance = weight_variance(model, fan_in, static_cast<double>(outputs));
  if (!variance) return std::nullopt;
  return WeightLaw{.weight = fan_in * *variance * model.init_gain * model.init_gain,
                   .bias = find_initializer(model.init).keeps_default_bias ? 1 / (3 * fan_in) : 0};
}

}  // namespace gradclinic
