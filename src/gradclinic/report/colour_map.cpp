#include "gradclinic/report/colour_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gradclinic {

std::string viridis(double share) {
  static constexpr std::array<std::array<int, 3>, 9> kStops = {{{68, 1, 84},
                                                                {71, 44, 122},
                                                                {59, 81, 139},
                                                                {44, 113, 142},
                                                                {33, 144, 141},
                                                                {39, 173, 129},
                                                                {92, 200, 99},
                                                                {170, 220, 50},
                                                                {253, 231, 37}}};
  const double place = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kStops.size() - 2);
  const double rest = place - static_cast<double>(below);
  std::array<int, 3> mixed;
  for (std::size_t channel = 0; channel < 3; ++channel)
    mixed[channel] =
        static_cast<int>(std::lround(kStops[below][channel] * (1 - rest) + kStops[below + 1][channel] * rest));
  return fmt::format("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

bool dark_text_on_viridis(double share) { return share > 0.55; }

}  // namespace gradclinic
