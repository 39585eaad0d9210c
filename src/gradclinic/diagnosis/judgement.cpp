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
/// A reference is another architecture, whose bias may suit the data better: it has to be better by more.
constexpr double kReferenceShortfall = 2;
/// A plain network is built otherwise in everything, and may happen to suit the data: a model that has learned half of
/// what there is has to be beaten by far.
constexpr double kPlainShortfall = 2;
constexpr double kFarShortfall = 4;
constexpr double kLittle = 0.5;
/// So does what nothing in the record asks for: with as many rates tried, one may be luckier.
constexpr double kSuspicionShortfall = 1.5;
constexpr double kSuspicion = 0.4;
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

/// By how much a trial has to be better for the training to fail beside it. Where the network's own loop trains it
/// again, more steps come with a schedule that starts anew: another training, as a reference is. So is one of layers
/// that were frozen on purpose.
double clear_for(const Chart& chart, const Suspect& suspect, const TriedChange& tried) {
  if (suspect.pathology->last_resort) return end_of(chart.course()).loss > kLittle ? kPlainShortfall : kFarShortfall;
  const bool another = std::ranges::any_of(
      tried.changes, [](const Change& change) { return change.key == "train.steps" || change.key == kFrozenKey; });
  if (another && chart.spec().model.kind == "outside") return kReferenceShortfall;
  return suspect.finding.confidence < kSuspicion ? kSuspicionShortfall : 1;
}

std::string how_far(const Chart& chart) {
  const Course& course = chart.course();
  const Point& last = end_of(course);
  const char* of = course.validation.empty() ? "training" : "held-out";
  if (!std::isnan(last.accuracy))
    return fmt::format("{} accuracy {:.1f} %, loss {:.3g} of a constant prediction's", of, 100 * last.accuracy,
                       last.loss);
  return fmt::format("{} loss {:.3g} of a constant prediction's", of, last.loss);
}

std::string describe(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes)
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", change.key, change.value);
  return text;
}

}  // namespace

Judgement judge(const Chart& chart, const std::vector<Suspect>& suspects, const std::vector<TriedChange>& references) {
  Judgement judgement;
  bool clearly_worse = false;
  const auto consider = [&](const TriedChange& tried, double clear) {
    if (tried.result.course.empty() || tried.result.course.diverged) return;
    const double amount = shortfall_against(chart, tried.result);
    clearly_worse |= amount >= clear;
    if (judgement.best && amount <= judgement.shortfall) return;
    judgement.best = &tried.result;
    judgement.shortfall = amount;
  };
  for (const TriedChange& tried : references) consider(tried, kReferenceShortfall);
  for (const Suspect& suspect : suspects)
    for (const TriedChange& tried : suspect.tried) consider(tried, clear_for(chart, suspect, tried));

  const Course& course = chart.course();
  if (!judgement.best) judgement.shortfall = course.diverged ? kAllLost : kNaN;
  if (course.diverged) {
    judgement.failing = true;
    judgement.reason = "the training diverged";
  } else if (const Suspect* fatal = fatal_suspect(suspects)) {
    judgement.failing = true;
    judgement.reason = fatal->finding.sentence;
  } else if (judgement.best) {
    judgement.failing = clearly_worse;
    judgement.reason =
        judgement.failing
            ? fmt::format("it learns clearly less than the same data and budget allow: {}", how_far(chart))
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
                .change = describe(tried.changes),
                .steps = tried.result.steps,
                .loss = course.last().loss,
                .validation_loss = kNaN,
                .validation_accuracy = kNaN,
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
