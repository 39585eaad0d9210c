#include "gradclinic/lab/levels.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "gradclinic/lab/words.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

std::optional<double> number_of(const std::string& label) {
  double number = 0;
  const char* end = label.data() + label.size();
  const auto [stopped, error] = std::from_chars(label.data(), end, number);
  if (error != std::errc() || stopped != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// Whether the middle of the numbers lies nearer to their geometric than to their arithmetic centre.
bool spaces_by_factors(const std::vector<double>& numbers) {
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  if (numbers.size() < 3 || *least <= 0) return false;
  const double middle = median(numbers);
  return std::abs(middle - std::sqrt(*least * *most)) < std::abs(middle - (*least + *most) / 2);
}

}  // namespace

FactorAxis factor_axis(const ExperimentRuns& runs, const std::vector<std::size_t>& cells, const std::string& factor) {
  FactorAxis axis;
  axis.name = factor_name_text(factor);
  for (const Factor& candidate : runs.experiment.factors) {
    if (candidate.name != factor) continue;
    for (const FactorValue& value : candidate.values)
      if (std::any_of(cells.begin(), cells.end(),
                      [&](std::size_t cell) { return runs.cells[cell].factors.at(factor) == value.label; }))
        axis.labels.push_back(value.label);
  }
  for (const std::string& label : axis.labels)
    if (const std::optional<double> number = number_of(label)) axis.places.push_back(*number);
  axis.is_numeric = !axis.labels.empty() && axis.places.size() == axis.labels.size();
  axis.is_geometric = axis.is_numeric && spaces_by_factors(axis.places);
  if (!axis.is_numeric) {
    axis.places.clear();
    for (std::size_t place = 0; place < axis.labels.size(); ++place) axis.places.push_back(static_cast<double>(place));
  }
  return axis;
}

std::vector<std::string> distinguishing_labels(const ExperimentRuns& runs, const std::vector<std::size_t>& cells,
                                               const std::set<std::string>& apart) {
  std::vector<std::string> differing;
  for (const Factor& factor : runs.experiment.factors) {
    std::set<std::string> labels;
    for (const std::size_t cell : cells) labels.insert(runs.cells[cell].factors.at(factor.name));
    if (labels.size() > 1 && !apart.contains(factor.name)) differing.push_back(factor.name);
  }
  std::vector<std::string> found;
  for (const std::size_t cell : cells) {
    std::vector<std::string> words;
    for (const std::string& factor : differing)
      words.push_back(label_text(runs.experiment, factor, runs.cells[cell].factors.at(factor)));
    if (!words.empty())
      found.push_back(join_words(words));
    else
      found.push_back(apart.empty() ? runs.cells[cell].label : runs.experiment.id);
  }
  return found;
}

}  // namespace gradclinic
