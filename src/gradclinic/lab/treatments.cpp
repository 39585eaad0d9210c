#include "gradclinic/lab/treatments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gradclinic/lab/pairing.h"
#include "gradclinic/lab/verdict.h"
#include "gradclinic/lab/words.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr std::size_t kMostFailuresNamed = 8;

/// "gradient_norm max goes from 12 to 0.9": medians over all runs, untreated and treated.
std::string before_and_after(const Measure& measure, const TreatmentSpec& treatment, const ExperimentRuns& runs) {
  const std::vector<double> before = values_of(runs, treatment.patient, measure);
  const std::vector<double> after = values_of(runs, treatment.treated, measure);
  if (before.empty() || after.empty()) return measure.text + " was not recorded";
  return fmt::format("{} goes from {} to {}", measure.text, number_in_words(median(before)),
                     number_in_words(median(after)));
}

struct RunCounts {
  int all = 0;
  int diverged = 0;
  std::vector<double> seconds_per_step;
};

RunCounts count_runs(const Selection& selection, const ExperimentRuns& runs) {
  RunCounts counts;
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell) {
    if (!selects(selection, runs.cells[cell])) continue;
    for (const std::optional<RunResult>& result : runs.results[cell]) {
      if (!result) continue;
      const bool diverged = result->outcome.status == "diverged";
      ++counts.all;
      counts.diverged += diverged ? 1 : 0;
      // A run that ends after a few steps has no typical time per step.
      if (!diverged && result->outcome.steps > 0)
        counts.seconds_per_step.push_back(result->outcome.seconds / static_cast<double>(result->outcome.steps));
    }
  }
  return counts;
}

/// "diverged in 2 of 20 runs (95 % interval 1 to 32 %), untreated in 20 of 20 (...)"; empty when none did.
std::string divergence_text(const RunCounts& before, const RunCounts& after) {
  if (before.diverged + after.diverged == 0) return "";
  const auto share = [](const RunCounts& counts) {
    const Interval interval = binomial_interval(counts.diverged, counts.all);
    return fmt::format("{} of {} runs (95 % interval {:.0f} to {:.0f} %)", counts.diverged, counts.all,
                       100 * interval.low, 100 * interval.high);
  };
  return "diverges in " + share(after) + ", untreated in " + share(before);
}

Decision judge_effects(std::vector<double> effects, bool larger_is_better) {
  if (larger_is_better)
    for (double& effect : effects) effect = -effect;
  return decide(effects, Comparison::less, 0);
}

/// Where the fix does not help for sure; `words` names the setting.
std::string failure_text(const std::string& words, const Decision& decision) {
  const bool is_harm = decision.low > 0;
  return fmt::format("{}: {} (ratio {}, {} to {})", words.empty() ? "everywhere" : words,
                     is_harm ? "makes it worse" : "no proven gain", number_in_words(std::exp(decision.effect)),
                     number_in_words(std::exp(decision.low)), number_in_words(std::exp(decision.high)));
}

/// Which settings' own interval does not favour the fix.
std::string failures(const std::vector<Part>& parts, const TreatmentSpec& treatment) {
  std::vector<std::string> found;
  for (const Part& part : parts) {
    if (part.effects.empty()) found.push_back("not compared: " + part.problem);
    for (const LevelEffects& level : part.by_level) {
      const Decision decision = judge_effects(level.effects, treatment.larger_is_better);
      if (decision.pairs == 0 || decision.verdict == Verdict::supported) continue;
      std::vector<std::string> words;
      if (parts.size() > 1) words.push_back(part.left_text + " against " + part.right_text);
      if (!level.level.empty()) words.push_back(level.level);
      found.push_back(failure_text(join_words(words), decision));
    }
  }
  const std::size_t more = found.size() - std::min(found.size(), kMostFailuresNamed);
  found.resize(found.size() - more);
  return join(found, "; ") + (more > 0 ? fmt::format("; and {} more", more) : "");
}

/// One effect per seed: the median over all parts that have that seed.
std::vector<double> pooled_effects(const std::vector<Part>& parts) {
  std::map<std::size_t, std::vector<double>> by_seed;
  for (const Part& part : parts)
    for (std::size_t i = 0; i < part.effects.size(); ++i) by_seed[part.seeds[i]].push_back(part.effects[i]);
  std::vector<double> pooled;
  for (const auto& [seed, effects] : by_seed) pooled.push_back(median(effects));
  return pooled;
}

}  // namespace

TreatmentResult assess(const TreatmentSpec& treatment, const ExperimentRuns& runs) {
  TreatmentResult row;
  row.experiment = runs.experiment.id;
  row.pathology = treatment.pathology;
  row.fix = treatment.fix;
  row.patient = selection_text(runs.experiment, treatment.patient);
  row.outcome = treatment.outcome.text;

  const std::vector<Part> parts = pair_up(runs, treatment.treated, {treatment.patient}, treatment.outcome, Scale::log);
  const Decision decision = judge_effects(pooled_effects(parts), treatment.larger_is_better);
  row.effect = std::exp(decision.effect);
  row.low = std::exp(decision.low);
  row.high = std::exp(decision.high);
  if (const std::vector<double> outcomes = values_of(runs, treatment.treated, treatment.outcome); !outcomes.empty())
    row.treated_outcome = median(outcomes);
  row.pairs = decision.pairs;
  row.verdict = decision.verdict;
  row.mechanism = before_and_after(treatment.mechanism, treatment, runs);
  row.fails_where = failures(parts, treatment);

  const RunCounts before = count_runs(treatment.patient, runs);
  const RunCounts after = count_runs(treatment.treated, runs);
  row.cost = median(after.seconds_per_step) / median(before.seconds_per_step);
  std::vector<std::string> side_effects;
  if (treatment.side_effect) side_effects.push_back(before_and_after(*treatment.side_effect, treatment, runs));
  if (const std::string text = divergence_text(before, after); !text.empty()) side_effects.push_back(text);
  row.side_effects = join(side_effects, "; ");
  return row;
}

}  // namespace gradclinic
