#pragma once

#include <string>

#include "gradclinic/lab/results.h"

namespace gradclinic {

/// The figure as a stand-alone picture on white: axes, grid, band (25th to 75th percentile), legend, values; a heatmap
/// with its colour scale. A curve that diverges ends in a cross. Whatever the figure holds (no point at all, NaN,
/// curves of unequal length), the result is well-formed SVG.
std::string to_svg(const Figure& figure);

}  // namespace gradclinic
