#include "gradclinic/lab/claim_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/lab/words.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr int kFewestSeeds = 6;

/// "3.1 (95 % interval 2 to 4.5)".
std::string effect_text(const ClaimSpec& claim, const Decision& decision) {
  const bool is_ratio = !is_against_constant(claim.is) && claim.scale == Scale::log;
  const auto shown = [&](double effect) { return number_in_words(is_ratio ? std::exp(effect) : effect); };
  return fmt::format("{} (95 % interval {} to {})", shown(decision.effect), shown(decision.low), shown(decision.high));
}

std::string diverged_text(const Part& part) {
  if (part.left_diverged + part.right_diverged == 0) return "";
  std::string text = fmt::format(" Diverged: {} of {} runs of {}", part.left_diverged, part.left_runs, part.left_text);
  if (part.right_runs > 0)
    text += fmt::format(", {} of {} of {}", part.right_diverged, part.right_runs, part.right_text);
  return text + "; they count as worse than any finite value.";
}

std::string undecidable_text(const Part& part, const Decision& decision) {
  if (decision.pairs == 0) return "Nothing to compare: " + part.problem + ".";
  return fmt::format("{} seeds cannot decide anything at 95 % confidence: it takes at least {}.", decision.pairs,
                     kFewestSeeds);
}

/// "loss final: relu lies below tanh in 19 of 20 seeds, typical ratio 0.5 (...)".
std::string finding_text(const ClaimSpec& claim, const Part& part, const Decision& decision, bool says_below) {
  const bool is_constant = is_against_constant(claim.is);
  const double reference = is_constant ? claim.value : 0;
  const long hits = std::count_if(part.effects.begin(), part.effects.end(),
                                  [&](double effect) { return says_below ? effect < reference : effect > reference; });
  const std::string what = is_constant ? "value" : claim.scale == Scale::log ? "ratio" : "difference";
  const std::string relation = claim.is == Comparison::equal
                                   ? fmt::format("{} against {}", part.left_text, part.right_text)
                                   : fmt::format("{} lies {} {} in {}", part.left_text, says_below ? "below" : "above",
                                                 is_constant ? number_in_words(claim.value) : part.right_text,
                                                 seeds_in_words(hits, decision.pairs));
  return fmt::format("{}: {}, typical {} {}", claim.measure.text, relation, what, effect_text(claim, decision));
}

std::string margin_text(const ClaimSpec& claim) {
  const bool is_ratio = !is_against_constant(claim.is) && claim.scale == Scale::log;
  return is_ratio ? fmt::format("a factor of {}", number_in_words(*claim.margin)) : number_in_words(*claim.margin);
}

bool claims_less(const ClaimSpec& claim) { return claim.is == Comparison::less || claim.is == Comparison::below; }

std::string margin_reminder(const ClaimSpec& claim) {
  return claim.margin ? "; what counts is " + margin_text(claim) : "";
}

std::string refuted_text(const ClaimSpec& claim, const Part& part, const Decision& decision) {
  const bool says_below = claims_less(claim);
  const std::string finding = finding_text(claim, part, decision, says_below);
  const double reference = is_against_constant(claim.is) ? claim.value : 0;
  if (claim.is == Comparison::equal)
    return fmt::format("They differ by more than {}. {}.", margin_text(claim), finding);
  if (decision.low == reference && decision.high == reference)
    return fmt::format("{}. {}.", is_against_constant(claim.is) ? "It is neither" : "It makes no difference", finding);
  if (says_below ? decision.low >= reference : decision.high <= reference)
    return "It is the other way round. " + finding_text(claim, part, decision, !says_below) + ".";
  return fmt::format("The difference is smaller than what counts, {}. {}.", margin_text(claim), finding);
}

}  // namespace

std::string comparison_text(const ClaimSpec& claim, const Part& part) {
  std::string text = part.left_text;
  if (!is_against_constant(claim.is))
    text += (claim.scale == Scale::log ? " / " : " - ") + part.right_text + ", paired by seed";
  if (part.by_level.size() > 1) text += fmt::format(", median over {} settings", part.by_level.size());
  return text;
}

std::string reason_text(const ClaimSpec& claim, const Part& part, const Decision& decision, std::size_t parts) {
  std::string text = parts > 1 ? fmt::format("The weakest of {} comparisons: ", parts) : "";
  if (decision.pairs < kFewestSeeds) return text + undecidable_text(part, decision);
  switch (decision.verdict) {
    case Verdict::supported:
      text += finding_text(claim, part, decision, claims_less(claim)) + margin_reminder(claim) + ".";
      break;
    case Verdict::refuted:
      text += refuted_text(claim, part, decision);
      break;
    default:
      text += "The seeds do not decide. " + finding_text(claim, part, decision, claims_less(claim)) +
              margin_reminder(claim) + ".";
      break;
  }
  return text + diverged_text(part);
}

std::string vacuous_text(const Acts& acts, double largest) {
  return fmt::format("What the claim speaks of never happened: {} never got above {} (at most {}).", acts.measure.text,
                     number_in_words(acts.above), number_in_words(largest));
}

std::string rule_text(const ClaimSpec& claim, const Experiment& experiment) {
  std::string text = fmt::format("{} of {}", claim.measure.text, selection_text(experiment, claim.left));
  std::vector<std::string> rights;
  for (const Selection& right : claim.right) rights.push_back(selection_text(experiment, right));
  const std::string right = "that of " + join(rights, " and of ");
  switch (claim.is) {
    case Comparison::greater:
      text += " is greater than " + right;
      break;
    case Comparison::less:
      text += " is less than " + right;
      break;
    case Comparison::equal:
      text += " equals " + right;
      break;
    case Comparison::above:
      text += " is above " + number_in_words(claim.value);
      break;
    case Comparison::below:
      text += " is below " + number_in_words(claim.value);
      break;
  }
  if (claim.margin) text += (claim.is == Comparison::equal ? " within " : " by more than ") + margin_text(claim);
  if (!is_against_constant(claim.is)) text += ", in runs paired by seed";
  if (claim.acts) {
    text +=
        fmt::format("; vacuous unless {} gets above {}", claim.acts->measure.text, number_in_words(claim.acts->above));
  }
  return text + ".";
}

}  // namespace gradclinic
