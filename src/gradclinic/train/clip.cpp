#include "gradclinic/train/clip.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/tensor/eigen.h"

namespace gradclinic {

double squared_norm(std::span<const float> gradients) {
  constexpr std::size_t kBlock = 4096;  // float within a block keeps SIMD wide; double over blocks keeps digits
  double sum = 0;
  for (std::size_t first = 0; first < gradients.size(); first += kBlock) {
    const std::size_t size = std::min(kBlock, gradients.size() - first);
    sum += static_cast<double>(array(gradients.data() + first, static_cast<Index>(size)).square().sum());
  }
  if (sum > 1e-30 && std::isfinite(sum)) return sum;
  // Squares under- or overflowed in float.
  return array(gradients.data(), static_cast<Index>(gradients.size())).cast<double>().square().sum();
}

double gradient_norm(std::span<const float> gradients) { return std::sqrt(squared_norm(gradients)); }

void clip_by_norm(std::span<float> gradients, double norm, double largest) {
  const double factor = largest / (norm + 1e-6);
  if (factor < 1) array(gradients.data(), static_cast<Index>(gradients.size())) *= static_cast<float>(factor);
}

void clip_by_value(std::span<float> gradients, double largest) {
  const float limit = static_cast<float>(largest);
  for (float& gradient : gradients) gradient = gradient > limit ? limit : gradient < -limit ? -limit : gradient;
}

}  // namespace gradclinic
