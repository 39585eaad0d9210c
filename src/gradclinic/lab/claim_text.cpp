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
  std::string text =
      fmt::format(" Diverged: {} of {} runs of {}", part.left_diverged, part.left_runs, setting_text(part.left));
  if (part.right_runs > 0)
    text += fmt::format(", {} of {} of {}", part.right_diverged, part.right_runs, setting_text(part.right));
  return text + "; they count as worse than any finite value.";
}

std::string undecidable_text(const Part& part, const Decision& decision) {
  if (decision.pairs == 0) return "Nothing to compare: " + part.problem + ".";
  return fmt::format("{} seeds cannot decide anything at 95 % confidence: it takes at least {}.", decision.pairs,
                     kFewestSeeds);
}

/// "loss final: relu lies below tanh in 19 of 20 seeds, typical ratio 0.5 (...)".
std::string finding_text(const ClaimSpec& claim, const Part& part, const Decision& decision) {
  const bool is_less = claim.is == Comparison::less || claim.is == Comparison::below;
  const double reference = is_against_constant(claim.is) ? claim.value : 0;
  const long hits = std::count_if(part.effects.begin(), part.effects.end(),
                                  [&](double effect) { return is_less ? effect < reference : effect > reference; });
  const std::string right = is_against_constant(claim.is) ? number_in_words(claim.value) : setting_text(part.right);
  const std::string middle = is_against_constant(claim.is) ? "typical value"
                             : claim.scale == Scale::log   ? "typical ratio"
                                                           : "typical difference";
  return fmt::format("{}: {} lies {} {} in {}, {} {}", claim.measure.text, setting_text(part.left),
                     is_less ? "below" : "above", right, seeds_in_words(hits, decision.pairs), middle,
                     effect_text(claim, decision));
}

std::string margin_text(const ClaimSpec& claim) {
  const bool is_ratio = !is_against_constant(claim.is) && claim.scale == Scale::log;
  return is_ratio ? fmt::format("a factor of {}", number_in_words(*claim.margin)) : number_in_words(*claim.margin);
}

std::string refuted_text(const ClaimSpec& claim, const Part& part, const Decision& decision) {
  const std::string finding = finding_text(claim, part, decision);
  if (claim.is == Comparison::equal)
    return fmt::format("They differ by more than {}. {}.", margin_text(claim), finding);
  if (decision.low == 0 && decision.high == 0 && !is_against_constant(claim.is))
    return "It makes no difference. " + finding + ".";
  const double reference = is_against_constant(claim.is) ? claim.value : 0;
  const bool is_less = claim.is == Comparison::less || claim.is == Comparison::below;
  const bool is_opposite = is_less ? decision.low >= reference : decision.high <= reference;
  if (is_against_constant(claim.is) || is_opposite) return "It is the other way round. " + finding + ".";
  return fmt::format("The difference is smaller than the {} that would count. {}.", margin_text(claim), finding);
}

std::string inconclusive_text(const ClaimSpec& claim, const Part& part, const Decision& decision) {
  return fmt::format("The seeds do not decide. {}.", finding_text(claim, part, decision));
}

}  // namespace

std::string comparison_text(const ClaimSpec& claim, const Part& part) {
  std::string text = setting_text(part.left);
  if (!is_against_constant(claim.is))
    text += (claim.scale == Scale::log ? " / " : " - ") + setting_text(part.right) + ", paired by seed";
  if (part.by_level.size() > 1) text += fmt::format(", median over {} settings", part.by_level.size());
  return text;
}

std::string reason_text(const ClaimSpec& claim, const Part& part, const Decision& decision, std::size_t parts) {
  std::string text = parts > 1 ? fmt::format("The weakest of {} comparisons: ", parts) : "";
  if (decision.pairs < kFewestSeeds) return text + undecidable_text(part, decision);
  switch (decision.verdict) {
    case Verdict::supported:
      text += finding_text(claim, part, decision);
      if (claim.margin) text += fmt::format("; what counts is {}", margin_text(claim));
      text += ".";
      break;
    case Verdict::refuted:
      text += refuted_text(claim, part, decision);
      break;
    default:
      text += inconclusive_text(claim, part, decision);
      break;
  }
  return text + diverged_text(part);
}

std::string vacuous_text(const Acts& acts, double largest) {
  return fmt::format("What the claim speaks of never happened: {} never got above {} (at most {}).", acts.measure.text,
                     number_in_words(acts.above), number_in_words(largest));
}

std::string rule_text(const ClaimSpec& claim) {
  const auto selection_text = [](const Selection& selection) {
    std::vector<std::string> words;
    for (const auto& [factor, labels] : selection) {
      std::vector<std::string> shown;
      for (const std::string& label : labels) shown.push_back(label_text(factor, label));
      words.push_back(join(shown, " or "));
    }
    return words.empty() ? std::string("every setting") : join(words);
  };
  std::string text = fmt::format("{} of {}", claim.measure.text, selection_text(claim.left));
  std::vector<std::string> rights;
  for (const Selection& right : claim.right) rights.push_back(selection_text(right));
  const std::string right = "that of " + join(rights, " and ");
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
  if (claim.acts)
    text +=
        fmt::format("; vacuous unless {} gets above {}", claim.acts->measure.text, number_in_words(claim.acts->above));
  return text + ".";
}

}  // namespace gradclinic
