#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/report/curve_shape.h"
#include "gradclinic/report/palette.h"
#include "gradclinic/report/svg_parts.h"
#include "gradclinic/support/number_text.h"

namespace gradclinic {

namespace {

constexpr double kDotRow = 17;

struct Dot {
  double median = NAN, low = NAN, high = NAN;
};

// A named x is the name's index; NaN stands for "nothing measured here".
Dot dot_at(const Curve& curve, std::size_t name) {
  for (std::size_t i = 0; i < std::min(curve.x.size(), curve.median.size()); ++i) {
    if (curve.x[i] != static_cast<double>(name)) continue;
    const double median = curve.median[i];
    return {.median = median,
            .low = i < curve.low.size() ? curve.low[i] : median,
            .high = i < curve.high.size() ? curve.high[i] : median};
  }
  return {};
}

void draw_dot(SvgCanvas& canvas, const Dot& dot, double y, const Rectangle& plot, const Axis& axis,
              const std::string& colour) {
  auto x_of = [&](double value) { return plot.left + std::clamp(axis.place(value), 0.0, 1.0) * plot.width; };
  if (std::isnan(dot.median)) return;
  if (!axis.holds(dot.median)) {
    const std::string says = std::isinf(dot.median) ? "diverged →" : "← " + number_text(dot.median);
    const bool right = std::isinf(dot.median) && dot.median > 0;
    canvas.text(right ? plot.right() - 4 : plot.left + 4, y + 4, says, right ? "end" : "start", 11, colour);
    return;
  }
  if (!std::isnan(dot.low) && !std::isnan(dot.high))
    canvas.add(fmt::format(
        R"(<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="5" stroke-opacity="0.35" stroke-linecap="round"/>)",
        pixel(x_of(dot.low)), pixel(y), pixel(x_of(dot.high)), pixel(y), colour));
  canvas.add(fmt::format(R"(<circle cx="{}" cy="{}" r="4.5" fill="{}"/>)", pixel(x_of(dot.median)), pixel(y), colour));
}

double draw_dot_legend(SvgCanvas& canvas, const Figure& figure, double left, double top) {
  double x = left, y = top;
  for (int i = 0; i < static_cast<int>(figure.curves.size()); ++i) {
    const std::string label = shortened(figure.curves[i].label, kFigureWidth - left - 40, 12);
    const double width = 18 + text_width(label, 12) + 20;
    if (x > left && x + width > kFigureWidth - 10) {
      x = left;
      y += 21;
    }
    canvas.add(fmt::format(R"(<circle cx="{}" cy="{}" r="4.5" fill="{}"/>)", pixel(x + 5), pixel(y - 4),
                           curve_style(i).colour));
    canvas.text(x + 18, y, label, "start");
    x += width;
  }
  return y + 16;
}

double widest(const std::vector<std::string>& names) {
  double width = 0;
  for (const std::string& name : names) width = std::max(width, text_width(name, 12));
  return width;
}

}  // namespace

std::string dots_svg(const Figure& figure) {
  SvgCanvas canvas;
  const double top = draw_heading(canvas, figure);
  const double names_width = std::clamp(widest(figure.x_names) + 26, 90.0, 300.0);
  const double curves = std::max<double>(1, static_cast<double>(figure.curves.size()));
  const double row = std::max(30.0, curves * kDotRow + 12);
  const double rows = static_cast<double>(figure.x_names.size());
  const Rectangle plot{
      .left = names_width, .top = top + 10, .width = kFigureWidth - names_width - 28, .height = row * rows};

  const Axis axis = Axis::fit(shown_values(figure.curves), figure.log_y);
  for (std::size_t name = 0; name < figure.x_names.size(); ++name) {
    const double row_top = plot.top + row * static_cast<double>(name);
    if (name % 2 == 0)
      canvas.add(fmt::format(R"(<rect x="10" y="{}" width="{}" height="{}" fill="#f5f7f8"/>)", pixel(row_top),
                             pixel(plot.right() - 10), pixel(row)));
    canvas.text(plot.left - 12, row_top + row / 2 + 4, shortened(figure.x_names[name], names_width - 26, 12), "end");
  }
  canvas.horizontal_axis(plot, axis, axis.ticks(8), figure.y_label);
  for (std::size_t name = 0; name < figure.x_names.size(); ++name) {
    const double first = plot.top + row * (static_cast<double>(name) + 0.5) - (curves - 1) / 2 * kDotRow;
    for (int i = 0; i < static_cast<int>(figure.curves.size()); ++i)
      draw_dot(canvas, dot_at(figure.curves[i], name), first + i * kDotRow, plot, axis, curve_style(i).colour);
  }
  const double below = plot.bottom() + 64;
  const double bottom = figure.curves.size() > 1 ? draw_dot_legend(canvas, figure, plot.left, below) : below - 8;
  return canvas.document(kFigureWidth, draw_note(canvas, figure, bottom), figure.title);
}

}  // namespace gradclinic
