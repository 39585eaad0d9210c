#pragma once

#include <string>
#include <vector>

#include "gradclinic/lab/results.h"
#include "gradclinic/report/writeup.h"

namespace gradclinic {

/// What renderers read.
struct Report {
  const LabResults& results;
  const WriteUp& text;
  bool colour = false;  ///< for a terminal: whether it shows colours
  int columns = 100;    ///< for a terminal: its width
};

/// One file of a report.
struct Document {
  std::string path;  ///< relative to the report's folder, with '/'; empty: to be printed, not stored
  std::string text;
};

/// A catalogue entry of report/renderers: one form of the report.
struct Renderer {
  std::string id;
  std::string summary;
  std::vector<Document> (*render)(const Report& report);
};

namespace renderers {
/// Every renderer, in alphabetical order.
std::vector<Renderer> all();
}  // namespace renderers

}  // namespace gradclinic
