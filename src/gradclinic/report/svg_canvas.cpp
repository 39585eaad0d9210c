#include "gradclinic/report/svg_canvas.h"

#include <fmt/format.h>

namespace gradclinic {

namespace {

constexpr const char* kGrid = "#e4e7ea";
constexpr double kGlyphWidth = 0.56;

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(letter) >= 0x20 || letter == '\n' || letter == '\t') escaped += letter;
    }
  }
  return escaped;
}

double text_width(std::string_view text, double font_size) {
  double characters = 0;
  for (char byte : text) characters += starts_character(byte);
  return characters * font_size * kGlyphWidth;
}

std::string shortened(std::string_view text, double pixels, double font_size) {
  if (text_width(text, font_size) <= pixels) return std::string(text);
  std::string_view kept = text;
  while (!kept.empty() && text_width(kept, font_size) + font_size > pixels) {
    do kept.remove_suffix(1);
    while (!kept.empty() && !starts_character(text[kept.size()]));
  }
  return std::string(kept) + "…";
}

std::string pixel(double value) {
  return fmt::format("{:.6g}", static_cast<double>(static_cast<long>(value * 10)) / 10);
}

void SvgCanvas::line(double x1, double y1, double x2, double y2, const std::string& colour, double width) {
  add(fmt::format(R"(<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{:g}"/>)", pixel(x1), pixel(y1),
                  pixel(x2), pixel(y2), colour, width));
}

void SvgCanvas::text(double x, double y, const std::string& text, const std::string& anchor, double size,
                     const std::string& colour, bool bold) {
  add(fmt::format(R"(<text x="{}" y="{}" text-anchor="{}" font-size="{:g}" fill="{}"{}>{}</text>)", pixel(x), pixel(y),
                  anchor, size, colour, bold ? R"( font-weight="600")" : "", xml_escaped(text)));
}

void SvgCanvas::horizontal_axis(const Rectangle& plot, const Axis& axis, const std::vector<double>& ticks,
                                const std::string& label) {
  for (double tick : ticks) {
    const double x = plot.left + axis.place(tick) * plot.width;
    line(x, plot.top, x, plot.bottom(), kGrid);
    text(x, plot.bottom() + 18, tick_text(tick), "middle");
  }
  text(plot.left + plot.width / 2, plot.bottom() + 38, shortened(label, plot.width, 12.5), "middle", 12.5, "#1c2127");
}

void SvgCanvas::vertical_axis(const Rectangle& plot, const Axis& axis, const std::vector<double>& ticks) {
  for (double tick : ticks) {
    const double y = plot.bottom() - axis.place(tick) * plot.height;
    line(plot.left, y, plot.right(), y, kGrid);
    text(plot.left - 8, y + 4, tick_text(tick), "end");
  }
}

std::string SvgCanvas::document(double width, double height, const std::string& title) const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "font-family=\"Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif\">\n"
      "<title>{2}</title>\n<rect width=\"{0}\" height=\"{1}\" rx=\"6\" fill=\"#ffffff\"/>\n{3}</svg>\n",
      pixel(width), pixel(height), xml_escaped(title), body_);
}

}  // namespace gradclinic
