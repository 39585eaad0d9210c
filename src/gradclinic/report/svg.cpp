#include "gradclinic/report/svg.h"

#include <fmt/format.h>

#include "gradclinic/report/svg_parts.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

double draw_heading(SvgCanvas& canvas, const Figure& figure) {
  canvas.text(16, 28, shortened(figure.title, kFigureWidth - 32, 15.5), "start", 15.5, "#1c2127", true);
  const bool labelled = figure.kind != "heatmap" && figure.quantity == figure.y_label && figure.seeds > 0;
  std::string note = labelled ? "" : figure.quantity;
  if (figure.seeds > 0) {
    note += (note.empty() ? "" : " · ") + fmt::format("median over {}", count_text(figure.seeds, "seed", "seeds"));
    if (!figure.curves.empty()) note += ", band: 25th to 75th percentile";
  }
  canvas.text(16, 47, shortened(note, kFigureWidth - 32, 11.5), "start", 11.5, "#6a737c");
  return 60;
}

double draw_note(SvgCanvas& canvas, const Figure& figure, double top) {
  if (figure.note.empty()) return top;
  std::string line;
  double y = top + 4;
  for (const std::string& word : words_of(figure.note)) {
    if (!line.empty() && text_width(line + " " + word, 11.5) > kFigureWidth - 32) {
      canvas.text(16, y, line, "start", 11.5, "#6a737c");
      line.clear();
      y += 16;
    }
    line += (line.empty() ? "" : " ") + word;
  }
  canvas.text(16, y, shortened(line, kFigureWidth - 32, 11.5), "start", 11.5, "#6a737c");
  return y + 14;
}

std::string to_svg(const Figure& figure) {
  if (figure.kind == "heatmap") return heatmap_svg(figure);
  return figure.x_names.empty() ? lines_svg(figure) : dots_svg(figure);
}

}  // namespace gradclinic
