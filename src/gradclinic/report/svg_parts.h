#pragma once

#include <string>

#include "gradclinic/lab/results.h"
#include "gradclinic/report/svg_canvas.h"

namespace gradclinic {

/// How wide every static figure is.
inline constexpr double kFigureWidth = 760;

/// Title, and under it what was measured over how many seeds. Returns the y below it.
double draw_heading(SvgCanvas& canvas, const Figure& figure);

/// The figure's note, where it has one, from `top` on. Returns the y below it.
double draw_note(SvgCanvas& canvas, const Figure& figure, double top);

/// The pictures of the kinds of figure; to_svg chooses among them.
std::string lines_svg(const Figure& figure);    ///< x is a number: by-layer, by-step, by-factor
std::string dots_svg(const Figure& figure);     ///< x is a name: one row a name, the curves beside each other
std::string heatmap_svg(const Figure& figure);  ///< x and y are names, colour is the value

}  // namespace gradclinic
