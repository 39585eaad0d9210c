#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/report/curve_shape.h"
#include "gradclinic/report/palette.h"
#include "gradclinic/report/svg_parts.h"

namespace gradclinic {

namespace {

constexpr double kLegendRow = 21;
constexpr std::size_t kMostMarkers = 24;

std::string dash_attribute(const CurveStyle& style) {
  return style.dash.empty() ? "" : fmt::format(R"( stroke-dasharray="{}")", style.dash);
}

void draw_band(SvgCanvas& canvas, const std::vector<PlotPoint>& piece, const CurveStyle& style) {
  std::string path;
  for (const PlotPoint& point : piece)
    path += fmt::format("{}{} {}", path.empty() ? "M" : "L", pixel(point.x), pixel(point.high));
  for (auto point = piece.rbegin(); point != piece.rend(); ++point)
    path += fmt::format("L{} {}", pixel(point->x), pixel(point->low));
  canvas.add(fmt::format(R"(<path d="{}Z" fill="{}" fill-opacity="0.15"/>)", path, style.colour));
}

void draw_line(SvgCanvas& canvas, const std::vector<PlotPoint>& piece, const CurveStyle& style) {
  std::string path;
  for (const PlotPoint& point : piece)
    path += fmt::format("{}{} {}", path.empty() ? "M" : "L", pixel(point.x), pixel(point.median));
  canvas.add(fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-linejoin="round"{}/>)", path,
                         style.colour, dash_attribute(style)));
  if (piece.size() > kMostMarkers) return;
  for (const PlotPoint& point : piece)
    canvas.add(
        fmt::format(R"(<circle cx="{}" cy="{}" r="3" fill="{}"/>)", pixel(point.x), pixel(point.median), style.colour));
}

void draw_divergence(SvgCanvas& canvas, const CurveShape& shape, const CurveStyle& style) {
  if (!shape.diverges || shape.pieces.empty()) return;
  const PlotPoint& last = shape.pieces.back().back();
  canvas.add(fmt::format(R"(<path d="M{0} {1}l12 12m-12 0l12 -12" stroke="{2}" stroke-width="2.5" fill="none"/>)",
                         pixel(last.x - 6), pixel(last.median - 6), style.colour));
}

std::string legend_text(const Curve& curve, const CurveShape& shape) {
  return shape.diverges ? fmt::format("{} (× diverges at {})", curve.label, tick_text(shape.diverges_at)) : curve.label;
}

// Lays the entries out in rows from `top` on; returns the y below them.
double draw_legend(SvgCanvas& canvas, const std::vector<std::string>& labels, double left, double top) {
  double x = left, y = top;
  for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
    const CurveStyle style = curve_style(i);
    const std::string label = shortened(labels[i], kFigureWidth - left - 60, 12);
    const double width = 34 + text_width(label, 12) + 20;
    if (x > left && x + width > kFigureWidth - 10) {
      x = left;
      y += kLegendRow;
    }
    canvas.add(fmt::format(R"(<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="2.5"{}/>)", pixel(x),
                           pixel(y - 4), pixel(x + 26), pixel(y - 4), style.colour, dash_attribute(style)));
    canvas.text(x + 34, y, label, "start");
    x += width;
  }
  return y + 16;
}

bool counts_only(const std::vector<double>& places) {
  return std::all_of(places.begin(), places.end(), [](double place) { return place == std::round(place); });
}

}  // namespace

std::string lines_svg(const Figure& figure) {
  SvgCanvas canvas;
  const double top = draw_heading(canvas, figure);
  canvas.text(16, top + 16, shortened(figure.y_label, kFigureWidth - 32, 12.5), "start", 12.5, "#1c2127");
  const Rectangle plot{.left = 70, .top = top + 30, .width = kFigureWidth - 94, .height = 300};

  const std::vector<double> places = shown_places(figure.curves);
  const Axis x_axis = Axis::fit(places, figure.log_x, false);
  const Axis y_axis = Axis::fit(shown_values(figure.curves), figure.log_y);
  std::vector<double> x_ticks = figure.kind == "by-factor" ? x_axis.ticks_at(places, 0.05) : x_axis.ticks(12);
  if (counts_only(places)) std::erase_if(x_ticks, [](double tick) { return tick != std::round(tick); });
  canvas.horizontal_axis(plot, x_axis, x_ticks, figure.x_label);
  canvas.vertical_axis(plot, y_axis, y_axis.ticks(8));
  canvas.line(plot.left, plot.bottom(), plot.right(), plot.bottom(), "#8b949d");

  std::vector<CurveShape> shapes;
  for (const Curve& curve : figure.curves) shapes.push_back(shape_of(curve, plot, x_axis, y_axis));
  for (int i = 0; i < static_cast<int>(shapes.size()); ++i)
    for (const std::vector<PlotPoint>& piece : shapes[i].pieces) draw_band(canvas, piece, curve_style(i));
  std::vector<std::string> labels;
  bool empty = true;
  for (int i = 0; i < static_cast<int>(shapes.size()); ++i) {
    for (const std::vector<PlotPoint>& piece : shapes[i].pieces) draw_line(canvas, piece, curve_style(i));
    draw_divergence(canvas, shapes[i], curve_style(i));
    labels.push_back(legend_text(figure.curves[i], shapes[i]));
    empty = empty && shapes[i].pieces.empty();
  }
  if (empty)
    canvas.text(plot.left + plot.width / 2, plot.top + plot.height / 2, "no value to draw", "middle", 14, "#6a737c");
  const double bottom = draw_note(canvas, figure, draw_legend(canvas, labels, plot.left, plot.bottom() + 64));
  return canvas.document(kFigureWidth, bottom, figure.title);
}

}  // namespace gradclinic
