#include <algorithm>

#include "gradclinic/spec/experiment.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

/// The cell of these values, one a factor.
Cell cell_of(const Experiment& experiment, const std::vector<std::size_t>& values) {
  Cell cell;
  cell.spec = experiment.base;
  cell.spec.seed = experiment.first_seed;
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Factor& factor = experiment.factors[i];
    const FactorValue& value = factor.values[values[i]];
    cell.factors[factor.name] = value.label;
    labels.push_back(value.label);
    for (const auto& [key, text] : value.set) set_key(cell.spec, key, text);
  }
  cell.label = labels.empty() ? experiment.id : join(labels);
  cell.spec.name = labels.empty() ? experiment.id : experiment.id + ": " + cell.label;
  return cell;
}

/// Moves on to the next combination, the last factor fastest; false after the last one.
bool advance(std::vector<std::size_t>& values, const std::vector<Factor>& factors) {
  for (std::size_t i = values.size(); i-- > 0;) {
    if (++values[i] < factors[i].values.size()) return true;
    values[i] = 0;
  }
  return false;
}

}  // namespace

std::vector<Cell> cells(const Experiment& experiment) {
  std::vector<Cell> result;
  std::vector<std::size_t> values(experiment.factors.size(), 0);
  do {
    Cell cell = cell_of(experiment, values);
    const bool skipped = std::any_of(experiment.skips.begin(), experiment.skips.end(),
                                     [&](const Selection& skip) { return selects(skip, cell); });
    if (!skipped) result.push_back(std::move(cell));
  } while (advance(values, experiment.factors));
  return result;
}

bool selects(const Selection& selection, const Cell& cell) {
  return std::all_of(selection.begin(), selection.end(), [&](const auto& entry) {
    const auto& [factor, labels] = entry;
    const auto value = cell.factors.find(factor);
    return value != cell.factors.end() && std::find(labels.begin(), labels.end(), value->second) != labels.end();
  });
}

}  // namespace gradclinic
