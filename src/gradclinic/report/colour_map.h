#pragma once

#include <string>

namespace gradclinic {

/// Viridis at `share` (clamped to 0..1) as "#rrggbb": even steps for the eye, readable without colour vision.
std::string viridis(double share);

/// Whether black text reads better than white on viridis(share).
bool dark_text_on_viridis(double share);

}  // namespace gradclinic
