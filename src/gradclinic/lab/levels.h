#pragma once

#include <set>
#include <string>
#include <vector>

#include "gradclinic/lab/experiment_runs.h"

namespace gradclinic {

/// A factor as an axis.
struct FactorAxis {
  std::string name;                 ///< "depth" for "model.depth"
  std::vector<std::string> labels;  ///< those that the cells have, in the experiment's order
  bool is_numeric = false;          ///< all labels are numbers
  bool is_geometric = false;        ///< numbers that a log axis spaces more evenly than a linear one
  std::vector<double> places;       ///< the numbers, or 0, 1, 2, ...
};
FactorAxis factor_axis(const ExperimentRuns& runs, const std::vector<std::size_t>& cells, const std::string& factor);

/// For each cell the values of the factors that differ among them, without `apart`; the cell's own label when none
/// does.
std::vector<std::string> distinguishing_labels(const ExperimentRuns& runs, const std::vector<std::size_t>& cells,
                                               const std::set<std::string>& apart);

}  // namespace gradclinic
