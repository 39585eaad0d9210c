#pragma once

#include <string>
#include <vector>

#include "gradclinic/lab/results.h"

namespace gradclinic {

/// A number that the course notebook prints, and what this run gives for it.
struct NotebookLine {
  std::string section;  ///< "1 gradient norms"
  std::string label;    ///< "sigmoid, layer 1"
  double printed = 0;   ///< by the notebook under PyTorch 1.13, seed 42; NaN where it is known only as a curve
  double here = 0;
};

/// The notebook's five sections, run once with seed 42.
struct NotebookResult {
  std::vector<NotebookLine> lines;
  LabResults results;  ///< an experiment per section with the notebook's plots, for write_report
};

/// Runs the course notebook as it stands: same data, same weights (one generator, seed 42, models built in the
/// notebook's order), same training. Under a second.
NotebookResult run_notebook();

}  // namespace gradclinic
