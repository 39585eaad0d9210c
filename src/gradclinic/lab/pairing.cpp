#include "gradclinic/lab/pairing.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "gradclinic/lab/verdict.h"
#include "gradclinic/lab/words.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

/// The cells of one side that have a level of the open factors.
struct Level {
  std::string name;
  std::vector<std::size_t> cells;
};

std::set<std::string> factors_named(const Selection& left, const std::vector<Selection>& right) {
  std::set<std::string> named;
  for (const auto& [factor, labels] : left) named.insert(factor);
  for (const Selection& selection : right)
    for (const auto& [factor, labels] : selection) named.insert(factor);
  return named;
}

std::string level_name(const ExperimentRuns& runs, std::size_t cell, const std::set<std::string>& named) {
  std::vector<std::string> words;
  for (const Factor& factor : runs.experiment.factors)
    if (!named.contains(factor.name))
      words.push_back(label_text(runs.experiment, factor.name, runs.cells[cell].factors.at(factor.name)));
  return join_words(words);
}

std::vector<Level> levels_of(const ExperimentRuns& runs, const Selection& setting, const std::set<std::string>& named) {
  std::vector<Level> levels;
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) {
    if (!selects(setting, runs.cells[cell])) continue;
    const std::string name = level_name(runs, cell, named);
    const auto known =
        std::find_if(levels.begin(), levels.end(), [&](const Level& level) { return level.name == name; });
    if (known == levels.end())
      levels.push_back({name, {cell}});
    else
      known->cells.push_back(cell);
  }
  return levels;
}

/// The side's value for a seed: the median over its cells; none while one of them has no run.
std::optional<double> side_value(const ExperimentRuns& runs, const std::vector<std::size_t>& cells, std::size_t seed,
                                 const Measure& measure) {
  std::vector<double> values;
  for (const std::size_t cell : cells) {
    const std::optional<RunResult>& result = runs.result(cell, seed);
    if (!result) return std::nullopt;
    const std::optional<double> value = result->value(measure);
    if (!value) return std::nullopt;
    values.push_back(comparable(*value, measure));
  }
  return median(values);
}

void count_diverged(const ExperimentRuns& runs, const Selection& setting, int& count, int& diverged) {
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) {
    if (!selects(setting, runs.cells[cell])) continue;
    for (const std::optional<RunResult>& result : runs.results[cell]) {
      count += result ? 1 : 0;
      diverged += result && result->outcome.status == "diverged" ? 1 : 0;
    }
  }
}

std::string why_missing(const ExperimentRuns& runs, const Selection& setting, const Measure& measure) {
  const std::string key = Extract{Extract::Kind::value, measure}.key();
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) {
    if (!selects(setting, runs.cells[cell])) continue;
    for (const std::optional<RunResult>& result : runs.results[cell])
      if (result && result->not_recorded.contains(key)) return result->not_recorded.at(key);
  }
  return "no run of " + selection_text(runs.experiment, setting) + " has finished";
}

/// Fills the effects; `effect_of` gives a level's effect for a seed, none where a run is missing.
template <class EffectOf>
void fill(const ExperimentRuns& runs, const std::vector<Level>& levels, EffectOf effect_of, Part& part) {
  for (const Level& level : levels) part.by_level.push_back({level.name, {}});
  for (std::size_t seed = 0; seed < runs.seeds.size(); ++seed) {
    std::vector<double> effects;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const std::optional<double> effect = effect_of(levels[i], seed);
      if (!effect) continue;
      if (std::isnan(*effect)) {
        part.problem = "values below zero have no ratio: the comparison needs scale = \"linear\"";
        part.effects.clear();
        return;
      }
      effects.push_back(*effect);
      part.by_level[i].effects.push_back(*effect);
    }
    if (effects.empty()) continue;
    part.effects.push_back(median(effects));
    part.seeds.push_back(seed);
  }
}

/// Whether two settings have the same value of every factor that their selections name alike.
bool agree_where_shared(const Selection& left, const Selection& right, const Selection& left_setting,
                        const Selection& right_setting) {
  return std::all_of(left.begin(), left.end(), [&](const auto& named) {
    const auto other = right.find(named.first);
    if (other == right.end()) return true;
    const std::set<std::string> ours(named.second.begin(), named.second.end());
    const std::set<std::string> theirs(other->second.begin(), other->second.end());
    return ours != theirs || left_setting.at(named.first) == right_setting.at(named.first);
  });
}

Part compare(const ExperimentRuns& runs, const Selection& left, const Selection& right,
             const std::set<std::string>& named, const Measure& measure, Scale scale) {
  Part part;
  part.left = left;
  part.right = right;
  part.left_text = selection_text(runs.experiment, left);
  part.right_text = selection_text(runs.experiment, right);
  count_diverged(runs, left, part.left_runs, part.left_diverged);
  count_diverged(runs, right, part.right_runs, part.right_diverged);
  const std::vector<Level> partners = levels_of(runs, right, named);
  const auto effect_of = [&](const Level& level, std::size_t seed) -> std::optional<double> {
    for (const Level& partner : partners) {
      if (partner.name != level.name) continue;
      const std::optional<double> left_value = side_value(runs, level.cells, seed, measure);
      const std::optional<double> right_value = side_value(runs, partner.cells, seed, measure);
      if (left_value && right_value) return contrast(*left_value, *right_value, scale);
    }
    return std::nullopt;
  };
  fill(runs, levels_of(runs, left, named), effect_of, part);
  if (part.effects.empty() && part.problem.empty())
    part.problem = why_missing(runs, part.left_runs == 0 ? left : right, measure);
  return part;
}

}  // namespace

std::vector<Part> pair_up(const ExperimentRuns& runs, const Selection& left, const std::vector<Selection>& right,
                          const Measure& measure, Scale scale) {
  const std::set<std::string> named = factors_named(left, right);
  std::vector<Part> parts;
  for (const Selection& left_setting : settings(runs, left))
    for (const Selection& right_selection : right)
      for (const Selection& right_setting : settings(runs, right_selection))
        if (agree_where_shared(left, right_selection, left_setting, right_setting))
          parts.push_back(compare(runs, left_setting, right_setting, named, measure, scale));
  return parts;
}

std::vector<Part> line_up(const ExperimentRuns& runs, const Selection& left, const Measure& measure) {
  const std::set<std::string> named = factors_named(left, {});
  std::vector<Part> parts;
  for (const Selection& setting : settings(runs, left)) {
    Part part;
    part.left = setting;
    part.left_text = selection_text(runs.experiment, setting);
    count_diverged(runs, setting, part.left_runs, part.left_diverged);
    const auto value_of = [&](const Level& level, std::size_t seed) {
      return side_value(runs, level.cells, seed, measure);
    };
    fill(runs, levels_of(runs, setting, named), value_of, part);
    if (part.effects.empty()) part.problem = why_missing(runs, setting, measure);
    parts.push_back(part);
  }
  return parts;
}

std::vector<double> values_of(const ExperimentRuns& runs, const Selection& selection, const Measure& measure) {
  std::vector<double> values;
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) {
    if (!selects(selection, runs.cells[cell])) continue;
    for (const std::optional<RunResult>& result : runs.results[cell]) {
      const std::optional<double> value = result ? result->value(measure) : std::nullopt;
      if (value) values.push_back(comparable(*value, measure));
    }
  }
  return values;
}

}  // namespace gradclinic
