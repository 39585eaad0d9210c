#pragma once

#include <array>
#include <string>

namespace gradclinic {

/// How the k-th curve of a figure is drawn. Colours come from Okabe & Ito's set, which colour-blind readers can tell
/// apart, darkened where white paper needs it; dashes and markers differ as well, so that colour is never alone.
struct CurveStyle {
  std::string colour;
  std::string dash;  ///< stroke-dasharray; empty is solid
};

inline CurveStyle curve_style(int index) {
  static const std::array<const char*, 8> colours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                     "#b8860b", "#56a5d8", "#5b4a9c", "#5f6670"};
  static const std::array<const char*, 4> dashes = {"", "7 4", "2 3", "9 3 2 3"};
  return {colours[index % colours.size()], dashes[(index / 4) % dashes.size()]};
}

}  // namespace gradclinic
