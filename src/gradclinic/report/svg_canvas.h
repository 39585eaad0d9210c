#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradclinic/report/axis.h"

namespace gradclinic {

/// Text for XML: the five reserved characters escaped, control characters dropped.
std::string xml_escaped(std::string_view text);

/// About how wide the text is at this font size, in pixels.
double text_width(std::string_view text, double font_size);

/// The text cut to `pixels`, with an ellipsis where something was cut.
std::string shortened(std::string_view text, double pixels, double font_size);

/// A pixel position or length for an attribute.
std::string pixel(double value);

struct Rectangle {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

/// Collects the elements of one SVG picture.
class SvgCanvas {
 public:
  void add(const std::string& element) { body_ += element + "\n"; }
  void line(double x1, double y1, double x2, double y2, const std::string& colour, double width = 1);
  /// `anchor` is start, middle or end.
  void text(double x, double y, const std::string& text, const std::string& anchor, double size = 12,
            const std::string& colour = "#3c434a", bool bold = false);

  /// Grid lines and labels of the values.
  void horizontal_axis(const Rectangle& plot, const Axis& axis, const std::vector<double>& ticks,
                       const std::string& label);
  void vertical_axis(const Rectangle& plot, const Axis& axis, const std::vector<double>& ticks);

  /// The whole document, white behind everything.
  std::string document(double width, double height, const std::string& title) const;

 private:
  std::string body_;
};

}  // namespace gradclinic
