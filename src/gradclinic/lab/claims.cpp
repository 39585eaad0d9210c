#include "gradclinic/lab/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/lab/claim_text.h"
#include "gradclinic/lab/pairing.h"
#include "gradclinic/lab/verdict.h"
#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

/// The bound on the scale of the effects: see decide.
double bound_of(const ClaimSpec& claim) {
  if (claim.is == Comparison::above) return claim.value + claim.margin.value_or(0);
  if (claim.is == Comparison::below) return claim.value - claim.margin.value_or(0);
  if (!claim.margin) return 0;
  return claim.scale == Scale::log ? std::log(*claim.margin) : *claim.margin;
}

/// The largest value that the claim's mechanism reached in the left runs.
double largest_act(const Acts& acts, const Selection& left, const ExperimentRuns& runs) {
  const std::vector<double> values = values_of(runs, left, acts.measure);
  return values.empty() ? std::nan("") : *std::max_element(values.begin(), values.end());
}

void copy_numbers(const Decision& decision, const std::string& unit, ClaimResult& result) {
  const auto as_shown = [&](double effect) { return unit == "ratio" ? std::exp(effect) : effect; };
  result.effect = as_shown(decision.effect);
  result.low = as_shown(decision.low);
  result.high = as_shown(decision.high);
  result.pairs = decision.pairs;
  result.p = decision.p;
}

}  // namespace

ClaimResult judge(const ClaimSpec& claim, const ExperimentRuns& runs) {
  ClaimResult result;
  result.id = claim.id;
  result.says = claim.says;
  result.source = claim.source;
  result.measure = claim.measure.text;
  result.effect_unit = is_against_constant(claim.is) ? "value" : claim.scale == Scale::log ? "ratio" : "difference";

  if (is_against_constant(claim.is)) result.threshold = bound_of(claim);

  const std::vector<Part> parts = is_against_constant(claim.is)
                                      ? line_up(runs, claim.left, claim.measure)
                                      : pair_up(runs, claim.left, claim.right, claim.measure, claim.scale);
  std::vector<Decision> decisions;
  for (const Part& part : parts) decisions.push_back(decide(part.effects, claim.is, bound_of(claim)));
  if (decisions.empty()) {
    copy_numbers(decide({}, claim.is, 0), result.effect_unit, result);
    result.reason = "Nothing to compare: no setting is selected.";
    return result;
  }
  const std::size_t chosen = weakest(decisions);
  copy_numbers(decisions[chosen], result.effect_unit, result);
  result.p_holm = result.p;
  result.verdict = decisions[chosen].verdict;
  result.comparison = comparison_text(claim, parts[chosen]);
  result.reason = reason_text(claim, parts[chosen], decisions[chosen], parts.size());

  if (claim.acts) {
    const double largest = largest_act(*claim.acts, claim.left, runs);
    // NaN: no run has finished, or none recorded it; then the claim is undecided for that reason already.
    if (largest <= claim.acts->above) {
      result.verdict = Verdict::vacuous;
      result.reason = vacuous_text(*claim.acts, largest);
    }
  }
  return result;
}

void adjust_for_all_claims(std::vector<ExperimentResult>& experiments) {
  std::vector<ClaimResult*> tested;
  std::vector<double> p_values;
  for (ExperimentResult& experiment : experiments) {
    for (ClaimResult& claim : experiment.claims) {
      claim.p_holm = 1;
      if (claim.verdict == Verdict::vacuous) continue;
      tested.push_back(&claim);
      p_values.push_back(claim.p);
    }
  }
  const std::vector<double> adjusted = holm_adjusted(p_values);
  for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->p_holm = adjusted[i];
}

}  // namespace gradclinic
