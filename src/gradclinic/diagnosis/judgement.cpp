#include "gradclinic/diagnosis/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"
#include "gradclinic/diagnosis/shortfall.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kStrongEvidence = 0.8;
/// Another training, whose bias may suit the data better, has to be better by more, as has one without what nothing in
/// the record asks for: of as many as are tried one may be luckier, which shows more in points of accuracy, or in a
/// loss that is not understood, than in that of amounts.
constexpr double kAnotherOfAmounts = 1.1;
constexpr double kAnotherOfClasses = 1.5;
/// A plain network computes in another way, which may be the data's own.
constexpr double kPlainOfAmounts = 1.2;
/// What a removal that was tried in vain counts for where nothing is learned: its suspect is behind any untried one.
constexpr double kInVain = 0.1;
/// A loss that is as good as a constant prediction's.
constexpr double kNothing = 0.9;
/// Confidence below which nothing in the record asks for a suspect's removal.
constexpr double kSuspicion = 0.4;
/// Where the record speaks plainly for a suspect, its removal has less to prove.
constexpr double kNearlyClear = 0.75;
/// Changes of so many kinds, of which each is better by as much, are no luck: recipes count as one, as do all changes
/// of a suspect.
constexpr double kAgreedShortfall = 1.25;
constexpr int kAgreedKinds = 3;
/// A quarter of what can be learned is clear, so this is all of it.
constexpr double kAllLost = 4;

/// A trial that ended early is compared at its own last step, a longer one at its end. Of a run that was killed only
/// the surveys tell how far it came.
std::int64_t step_of(const Chart& chart, const Counterfactual& tried) {
  return chart.course().empty() ? tried.steps : std::min(tried.steps, chart.course().last().step);
}

double shortfall_against(const Chart& chart, const Counterfactual& tried) {
  return shortfall(chart.course(), step_of(chart, tried), tried.course, tried.steps);
}

const Suspect* fatal_suspect(const std::vector<Suspect>& suspects) {
  const auto found = std::ranges::find_if(suspects, [](const Suspect& suspect) { return suspect.finding.fatal; });
  return found == suspects.end() ? nullptr : &*found;
}

/// The last point on samples held out, where there are any.
const Point& end_of(const Course& course) {
  return course.validation.empty() ? course.last() : course.validation.back();
}

bool of_amounts(const Chart& chart) {
  const Course& course = chart.course();
  return !course.empty() && !course.of_first && std::isnan(end_of(course).accuracy);
}

double clear_for_another(const Chart& chart) { return of_amounts(chart) ? kAnotherOfAmounts : kAnotherOfClasses; }

/// By how much a plain network has to be better, which is built otherwise in everything and may happen to suit the
/// data. Beside a mistake that is seen in the model clear is enough.
double clear_for_plain(const Chart& chart, const std::vector<Suspect>& suspects) {
  const bool mistaken = std::ranges::any_of(suspects, [](const Suspect& suspect) {
    return suspect.finding.by_hand && suspect.tried.empty() && suspect.finding.confidence >= kStrongEvidence;
  });
  if (mistaken || chart.fact("inputs_ignored") > kIgnoredInputs) return 1;
  return of_amounts(chart) ? kPlainOfAmounts : kAnotherOfClasses;
}

/// Whether neither the samples trained on nor those held out are predicted better than by a constant, of a loss that is
/// understood.
bool learned_nothing(const Chart& chart) {
  const Point& end = end_of(chart.course());
  const bool by_chance = std::isnan(end.accuracy) || end.accuracy <= constant_accuracy(chart) + kClearAccuracy;
  return chart.fact("target_values") > 1 && hardly_learns(chart) && end.loss > kNothing * constant_loss(chart) &&
         by_chance;
}

/// A policy gradient's loss is made anew in each step, and lower is no better.
constexpr const char* kPolicyGradient = "policy_gradient";
/// Parts that learn against each other: the loss of one rises where the other gains, and only one is told.
constexpr const char* kAlternating = "alternating";

/// Of a loss that is not understood: whether it hardly falls, with or without any change, and nothing else was
/// measured.
bool tells_nothing(const Chart& chart, const std::vector<Suspect>& suspects,
                   const std::vector<TriedChange>& references) {
  const Course& course = chart.course();
  if (!course.of_first || (!course.validation.empty() && !std::isnan(end_of(course).accuracy))) return false;
  if (chart.fact(kPolicyGradient) == 1 || chart.fact(kAlternating) == 1) return true;
  if (course.falls()) return false;
  const auto helps = [](const TriedChange& tried) { return tried.result.course.falls(); };
  return std::ranges::none_of(references, helps) && std::ranges::none_of(suspects, [&](const Suspect& suspect) {
           return std::ranges::any_of(suspect.tried, helps);
         });
}

/// Updates, below which a training has only begun.
constexpr std::int64_t kBegun = 50;

/// By how much a trial has to be better for the training to fail beside it. Where the network's own loop trains it
/// again, more steps come with a schedule that starts anew: another training, as a reference is, unless the first has
/// hardly begun. So is one of layers that were frozen on purpose.
double clear_for(const Chart& chart, const Suspect& suspect, const TriedChange& tried) {
  const bool begun = chart.record().outcome.steps >= kBegun;
  const bool another = std::ranges::any_of(tried.changes, [&](const Change& change) {
    return (change.key == "train.steps" && begun) || change.key == kFrozenKey;
  });
  const bool outside = chart.spec().model.kind == "outside";
  if ((another && outside) || suspect.finding.confidence < kSuspicion) return clear_for_another(chart);
  return suspect.finding.confidence >= kStrongEvidence ? kNearlyClear : 1;
}

std::string how_far(const Chart& chart) {
  const Course& course = chart.course();
  const Point& last = end_of(course);
  const char* of = course.validation.empty() ? "training" : "held-out";
  const Point& first = course.validation.empty() ? course.training.front() : course.validation.front();
  const std::string loss = course.of_first ? fmt::format("loss {:.3g}, {:.3g} at first", course.recorded(last.loss),
                                                         course.recorded(first.loss))
                                           : fmt::format("loss {:.3g} {}", last.loss, course.unit_name());
  return std::isnan(last.accuracy) ? fmt::format("{} {}", of, loss)
                                   : fmt::format("{} accuracy {:.1f} %, {}", of, 100 * last.accuracy, loss);
}

}  // namespace

Judgement judge(const Chart& chart, const std::vector<Suspect>& suspects, const std::vector<TriedChange>& references) {
  Judgement judgement;
  bool clearly_worse = false;
  int agreed = 0;
  const auto consider = [&](const TriedChange& tried, double clear) {
    if (tried.result.course.empty() || tried.result.course.diverged) return 0.0;
    const double amount = shortfall_against(chart, tried.result);
    clearly_worse |= amount >= clear;
    if (judgement.best && amount <= judgement.shortfall) return amount;
    judgement.best = &tried.result;
    judgement.shortfall = amount;
    return amount;
  };
  double of_kind = 0;
  for (const TriedChange& tried : references) of_kind = std::max(of_kind, consider(tried, clear_for_another(chart)));
  agreed += of_kind >= kAgreedShortfall;
  for (const Suspect& suspect : suspects) {
    const bool plain = suspect.pathology->last_resort;
    of_kind = 0;
    for (const TriedChange& tried : suspect.tried) {
      const double clear = plain ? clear_for_plain(chart, suspects) : clear_for(chart, suspect, tried);
      of_kind = std::max(of_kind, consider(tried, clear));
    }
    agreed += !plain && of_kind >= kAgreedShortfall;
  }
  clearly_worse |= agreed >= kAgreedKinds;

  const Course& course = chart.course();
  if (!judgement.best) judgement.shortfall = course.diverged ? kAllLost : kNaN;
  if (course.diverged) {
    judgement.failing = true;
    judgement.reason = "the training diverged";
  } else if (const Suspect* fatal = fatal_suspect(suspects)) {
    judgement.failing = true;
    judgement.reason = fatal->finding.sentence;
  } else if (tells_nothing(chart, suspects, references)) {
    judgement.untold = true;
    judgement.reason =
        chart.fact(kPolicyGradient) == 1
            ? "the loss is a policy gradient's, which does not tell how well training goes; the returns do"
        : chart.fact(kAlternating) == 1
            ? "several optimizers take turns, each with a loss of its own, as in adversarial networks: one loss does "
              "not tell how well training goes"
            : fmt::format(
                  "the loss hardly falls{}, and what it is of is not known: those of adversarial networks and "
                  "of reinforcement learning do not tell how well training goes ({})",
                  judgement.best ? ", whatever is tried" : "", how_far(chart));
  } else if (judgement.best) {
    judgement.failing = clearly_worse || learned_nothing(chart);
    judgement.tells_apart = clearly_worse || !judgement.failing;
    judgement.reason = judgement.failing
                           ? fmt::format("{}: {}",
                                         clearly_worse ? "it learns clearly less than the same data and budget allow"
                                                       : "it learns nothing, and no more with anything that was tried",
                                         how_far(chart))
                           : fmt::format("it learns what the same data and budget allow: {}", how_far(chart));
  } else {
    const bool strong = std::ranges::any_of(suspects, [](const Suspect& suspect) {
      return suspect.finding.confidence >= kStrongEvidence && suspect.pathology->stage != Stage::benign;
    });
    judgement.failing = hardly_learns(chart) || (strong && learns_little(chart));
    judgement.reason = fmt::format("judged from the record alone, {}: {}",
                                   judgement.failing ? "it hardly learns" : "it learns", how_far(chart));
  }
  return judgement;
}

double restored(const Chart& chart, const Counterfactual& tried, const Judgement& judgement) {
  if (tried.course.empty()) return kNaN;
  if (tried.course.diverged) return chart.course().diverged ? 0 : -1;
  if (!judgement.best) return kNaN;
  const Counterfactual& best = *judgement.best;
  const double left = shortfall(tried.course, tried.steps, best.course, best.steps);
  const double lost = shortfall_against(chart, best);
  return lost > 0 ? std::clamp(1 - left / lost, -1.0, 1.0) : 0;
}

void weigh(const Chart& chart, const Judgement& judgement, std::vector<Suspect>& suspects) {
  if (!judgement.tells_apart) {
    for (Suspect& suspect : suspects)
      if (!suspect.tried.empty()) suspect.restored = kInVain;
    return;
  }
  // Where less than is clear was lost, bringing it back speaks for nobody.
  const double clear = std::isnan(judgement.shortfall) ? 1 : std::clamp(judgement.shortfall, 0.0, 1.0);
  for (Suspect& suspect : suspects)
    for (const TriedChange& tried : suspect.tried)
      suspect.restored = std::fmax(suspect.restored, clear * restored(chart, tried.result, judgement));
}

std::vector<Trial> trials_of(const Chart& chart, const std::vector<Suspect>& suspects,
                             const std::vector<TriedChange>& references, const Judgement& judgement) {
  std::vector<Trial> trials;
  const auto add = [&](const std::string& suspect, const TriedChange& tried) {
    const Course& course = tried.result.course;
    if (course.empty()) return;
    Trial trial{.suspect = suspect,
                .change = text_of(tried.changes),
                .steps = tried.result.steps,
                .loss = course.last().loss,
                .validation_loss = kNaN,
                .validation_accuracy = kNaN,
                .shortfall = shortfall_against(chart, tried.result),
                .restored = restored(chart, tried.result, judgement)};
    if (!course.validation.empty()) {
      trial.validation_loss = course.validation.back().loss;
      trial.validation_accuracy = course.validation.back().accuracy;
    }
    trials.push_back(trial);
  };
  for (const TriedChange& tried : references) add("reference", tried);
  for (const Suspect& suspect : suspects)
    for (const TriedChange& tried : suspect.tried) add(suspect.pathology->id, tried);
  return trials;
}

}  // namespace gradclinic
