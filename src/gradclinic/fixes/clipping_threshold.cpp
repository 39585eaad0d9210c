#include "gradclinic/fixes/clipping_threshold.h"

#include <cmath>

#include "gradclinic/support/statistics.h"

namespace gradclinic {

double clipping_threshold(const Chart& chart) {
  const std::vector<float> norms = chart.series("gradient_norm");
  const std::vector<float> losses = chart.series("loss");
  std::vector<double> orderly;
  for (std::size_t i = 0; i < norms.size() && i < losses.size(); ++i)
    if (std::isfinite(norms[i]) && norms[i] > 0 && losses[i] <= losses.front()) orderly.push_back(norms[i]);
  return orderly.empty() ? 1 : quantile(orderly, 0.9);
}

}  // namespace gradclinic
