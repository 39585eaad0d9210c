#include "gradclinic/report/curve_shape.h"

#include <algorithm>
#include <cmath>

namespace gradclinic {

namespace {

// Keeps the least and the greatest median of every pixel column, in their order, with the column's whole band.
std::vector<PlotPoint> thinned(const std::vector<PlotPoint>& points) {
  std::vector<PlotPoint> kept;
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t end = begin, least = begin, greatest = begin;
    double low = points[begin].low, high = points[begin].high;
    for (; end < points.size() && std::floor(points[end].x) == std::floor(points[begin].x); ++end) {
      if (points[end].median < points[least].median) least = end;
      if (points[end].median > points[greatest].median) greatest = end;
      low = std::max(low, points[end].low);
      high = std::min(high, points[end].high);
    }
    for (std::size_t index : {std::min(least, greatest), std::max(least, greatest)}) {
      kept.push_back(points[index]);
      kept.back().low = low;
      kept.back().high = high;
      if (least == greatest) break;
    }
    begin = end;
  }
  return kept;
}

double value_at(const std::vector<double>& values, std::size_t index, double otherwise) {
  return index < values.size() && !std::isnan(values[index]) ? values[index] : otherwise;
}

}  // namespace

CurveShape shape_of(const Curve& curve, const Rectangle& plot, const Axis& x_axis, const Axis& y_axis) {
  CurveShape shape;
  std::vector<PlotPoint> piece;
  auto end_piece = [&] {
    if (!piece.empty()) shape.pieces.push_back(static_cast<double>(piece.size()) > plot.width ? thinned(piece) : piece);
    piece.clear();
  };
  auto y_pixel = [&](double value) { return plot.bottom() - std::clamp(y_axis.place(value), 0.0, 1.0) * plot.height; };
  for (std::size_t i = 0; i < std::min(curve.x.size(), curve.median.size()); ++i) {
    const double median = curve.median[i];
    if (!shape.diverges && std::isinf(median) && median > 0) {
      shape.diverges = true;
      shape.diverges_at = curve.x[i];
    }
    if (!x_axis.holds(curve.x[i]) || !y_axis.holds(median)) {
      end_piece();
      continue;
    }
    piece.push_back({.x = plot.left + x_axis.place(curve.x[i]) * plot.width,
                     .median = y_pixel(median),
                     .low = y_pixel(value_at(curve.low, i, median)),
                     .high = y_pixel(value_at(curve.high, i, median))});
  }
  end_piece();
  return shape;
}

std::vector<double> shown_values(const std::vector<Curve>& curves) {
  std::vector<double> values;
  for (const Curve& curve : curves)
    for (const std::vector<double>* part : {&curve.median, &curve.low, &curve.high})
      values.insert(values.end(), part->begin(), part->end());
  return values;
}

std::vector<double> shown_places(const std::vector<Curve>& curves) {
  std::vector<double> places;
  for (const Curve& curve : curves) places.insert(places.end(), curve.x.begin(), curve.x.end());
  return places;
}

}  // namespace gradclinic
