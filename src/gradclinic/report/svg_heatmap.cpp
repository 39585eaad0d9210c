#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/report/colour_map.h"
#include "gradclinic/report/svg_parts.h"
#include "gradclinic/support/number_text.h"

namespace gradclinic {

namespace {

constexpr double kRoomForNumber = 46;

std::vector<double> flattened(const std::vector<std::vector<double>>& cells) {
  std::vector<double> values;
  for (const std::vector<double>& row : cells) values.insert(values.end(), row.begin(), row.end());
  return values;
}

// The colours span the values themselves, without an axis' room at the ends.
Axis colour_axis(const std::vector<double>& values, bool log) {
  const Axis fitted = Axis::fit(values, log);
  double low = INFINITY, high = -INFINITY;
  for (double value : values) {
    if (!fitted.holds(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return low < high ? Axis::exact(low, high, log) : fitted;
}

void draw_cell(SvgCanvas& canvas, double value, const Rectangle& cell, const Axis& colours) {
  const bool shown = colours.holds(value);
  const double share = colours.place(value);
  canvas.add(fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>)", pixel(cell.left), pixel(cell.top),
                         pixel(cell.width - 1), pixel(cell.height - 1), shown ? viridis(share) : "url(#none)"));
  if (cell.width < kRoomForNumber || cell.height < 16) return;
  const char* colour = !shown ? "#5b636b" : dark_text_on_viridis(share) ? "#14171a" : "#ffffff";
  canvas.text(cell.left + cell.width / 2, cell.top + cell.height / 2 + 4, number_text(value), "middle", 11, colour);
}

void draw_colour_scale(SvgCanvas& canvas, const Rectangle& bar, const Axis& colours, const std::string& label) {
  constexpr int kSteps = 60;
  for (int i = 0; i < kSteps; ++i)
    canvas.add(fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>)",
                           pixel(bar.left + bar.width * i / kSteps), pixel(bar.top), pixel(bar.width / kSteps + 0.5),
                           pixel(bar.height), viridis((i + 0.5) / kSteps)));
  for (double tick : colours.ticks(6))
    canvas.text(bar.left + colours.place(tick) * bar.width, bar.bottom() + 15, tick_text(tick), "middle", 11);
  canvas.text(bar.left, bar.top - 7, shortened(label, bar.width, 11.5), "start", 11.5, "#1c2127");
}

}  // namespace

std::string heatmap_svg(const Figure& figure) {
  SvgCanvas canvas;
  canvas.add(
      "<defs><pattern id=\"none\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" "
      "patternTransform=\"rotate(45)\"><rect width=\"7\" height=\"7\" fill=\"#eceff1\"/>"
      "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" stroke=\"#c5cbd0\" stroke-width=\"2\"/></pattern></defs>");
  const double top = draw_heading(canvas, figure);
  double names_width = 70;
  for (const std::string& name : figure.y_names) names_width = std::max(names_width, text_width(name, 12) + 28);
  names_width = std::min(names_width, 280.0);

  std::size_t columns = std::max<std::size_t>(figure.x_names.size(), 1);
  for (const std::vector<double>& row : figure.cells) columns = std::max(columns, row.size());
  const double width = kFigureWidth - names_width - 20;
  const double cell_width = width / static_cast<double>(columns);
  const double cell_height =
      std::clamp(300.0 / std::max<double>(1, static_cast<double>(figure.cells.size())), 8.0, 34.0);
  const double plot_top = top + 74;
  const Axis colours = colour_axis(flattened(figure.cells), figure.log_y);
  draw_colour_scale(canvas, {.left = names_width, .top = top + 18, .width = std::min(320.0, width), .height = 12},
                    colours, figure.quantity);

  canvas.text(names_width - 10, plot_top - 10, shortened(figure.y_label, names_width - 16, 12), "end", 12, "#1c2127");
  double y = plot_top;
  for (std::size_t row = 0; row < figure.cells.size(); ++row) {
    for (std::size_t column = 0; column < figure.cells[row].size(); ++column)
      draw_cell(canvas, figure.cells[row][column],
                {.left = names_width + cell_width * static_cast<double>(column),
                 .top = y,
                 .width = cell_width,
                 .height = cell_height},
                colours);
    if (row < figure.y_names.size())
      canvas.text(names_width - 10, y + cell_height / 2 + 4, shortened(figure.y_names[row], names_width - 28, 12),
                  "end");
    y += cell_height;
  }
  for (std::size_t column = 0; column < figure.x_names.size(); ++column)
    canvas.text(names_width + cell_width * (static_cast<double>(column) + 0.5), y + 18,
                shortened(figure.x_names[column], cell_width + 4, 12), "middle");
  canvas.text(names_width + width / 2, y + 40, shortened(figure.x_label, width, 12.5), "middle", 12.5, "#1c2127");
  canvas.text(names_width, y + 60, "Hatched: no finite value; ∞ diverged, – not measured.", "start", 11, "#6a737c");
  return canvas.document(kFigureWidth, draw_note(canvas, figure, y + 76), figure.title);
}

}  // namespace gradclinic
