#pragma once

#include <vector>

#include "gradclinic/lab/results.h"
#include "gradclinic/report/axis.h"
#include "gradclinic/report/svg_canvas.h"

namespace gradclinic {

struct PlotPoint {
  double x = 0, median = 0, low = 0, high = 0;  ///< pixels
};

/// A curve as it appears in a plot.
struct CurveShape {
  std::vector<std::vector<PlotPoint>> pieces;  ///< a piece ends where a median cannot be drawn
  bool diverges = false;                       ///< a median is +Infinity
  double diverges_at = 0;                      ///< the first x where it is
};

/// Lays the curve out. Bounds that the axis cannot hold (0 on a log axis, Infinity) go to its end. Curves with far more
/// points than pixels keep the extremes of every pixel column.
CurveShape shape_of(const Curve& curve, const Rectangle& plot, const Axis& x_axis, const Axis& y_axis);

/// Every value the y axis should show: medians and bands.
std::vector<double> shown_values(const std::vector<Curve>& curves);

/// Every x of the curves.
std::vector<double> shown_places(const std::vector<Curve>& curves);

}  // namespace gradclinic
