#include "gradclinic/diagnosis/log_examination.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/chain.h"
#include "gradclinic/diagnosis/log_rules.h"
#include "gradclinic/diagnosis/some_names.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr double kWorthTelling = 0.4;
constexpr double kLittleLeft = 0.1;  ///< of the first loss
constexpr double kNearItsBest = 1.25;
constexpr double kNearBestAccuracy = 0.05;
constexpr std::size_t kFewestLosses = 10;

/// What there is to judge by.
struct Seen {
  std::string trouble;  ///< why the losses say nothing; empty when they do
  bool held_out = false;
  bool norms_by_layer = false;
  double share = NAN;  ///< last training loss over the first
};

Seen look(const Chart& chart) {
  Seen seen{.norms_by_layer = chart.record().layers("weight_grad.l2").size() >= 2};
  const Course& course = chart.course();
  const std::vector<float> losses = chart.series("loss");
  seen.held_out = !course.validation.empty() || chart.has("validation_accuracy");
  if (losses.empty() || course.empty())
    seen.trouble = "no tag of a training loss was found";
  else if (!chart.has("data.constant_loss"))
    seen.trouble = "the first loss is not a number above 0, so that there is nothing to hold the others against";
  else if (std::ranges::any_of(losses, [](float loss) { return loss < 0; }))
    seen.trouble = "losses below 0 have no unit of their own: how much was learned cannot be told";
  else if (losses.size() < kFewestLosses)
    seen.trouble = fmt::format("{} training losses are too few to tell how training goes", losses.size());
  if (!course.empty()) seen.share = course.last().loss / course.training.front().loss;
  return seen;
}

/// Why samples held out speak against a healthy training; empty when they do not.
std::string held_out_trouble(const Chart& chart) {
  const Course& course = chart.course();
  const std::vector<float> accuracies = chart.series("validation_accuracy");
  if (!accuracies.empty()) {
    const double most = chart.largest("validation_accuracy", 0, kWhole);
    if (!(accuracies.back() >= most - kNearBestAccuracy)) return "the held-out accuracy is below its best";
    return "";
  }
  const double best = Course::best(course.validation).loss;
  return course.validation.back().loss <= kNearItsBest * best ? "" : "the held-out loss is above its best";
}

Judgement judge_log(const Chart& chart, const Seen& seen, const std::vector<Suspect>& suspects) {
  Judgement judgement;
  const auto fatal = std::ranges::find_if(suspects, [](const Suspect& suspect) { return suspect.finding.fatal; });
  if (chart.record().outcome.status == "diverged") {
    judgement.failing = true;
    judgement.reason = "the training diverged: the last loss is not finite";
  } else if (seen.trouble.empty() && chart.course().diverged) {
    judgement.failing = true;
    judgement.reason = fmt::format("the training diverged: the loss ends at {:.3g} times where it began", seen.share);
  } else if (seen.trouble.empty() && never_learned(chart)) {
    judgement.failing = true;
    judgement.reason = fmt::format("it does not learn: the loss ends at {:.3g} times where it began", seen.share);
  } else if (seen.trouble.empty() && fatal != suspects.end()) {
    judgement.failing = true;
    judgement.reason = fatal->finding.sentence;
  }
  if (judgement.failing) judgement.shortfall = 1;
  return judgement;
}

std::string what_is_missing(const Seen& seen) {
  std::vector<std::string> missing;
  if (!seen.held_out) missing.push_back("no loss or accuracy on samples held out");
  if (!seen.norms_by_layer) missing.push_back("no gradient norms by layer");
  return missing.empty() ? "" : "the log has " + join(missing, " and ");
}

/// The verdict on a log that shows no failure.
void conclude_without_failure(const Chart& chart, const Seen& seen, const std::vector<Suspect>& suspects,
                              Diagnosis& diagnosis) {
  if (!seen.trouble.empty()) {
    diagnosis.summary = seen.trouble;
    return;
  }
  const std::string learned = fmt::format("the training loss ends at {:.3g} of where it began", seen.share);
  const auto against = std::ranges::find_if(suspects, [](const Suspect& suspect) {
    return suspect.finding.confidence >= kWorthTelling && suspect.pathology->stage != Stage::benign;
  });
  std::string doubt = what_is_missing(seen);
  if (!(seen.share <= kLittleLeft))
    doubt = "whether it could learn more cannot be told from a log";
  else if (against != suspects.end())
    doubt = "there are signs of " + against->pathology->id;
  else if (doubt.empty())
    doubt = held_out_trouble(chart);
  diagnosis.summary =
      learned +
      (doubt.empty() ? ", held-out numbers are near their best and gradients reach every layer" : "; " + doubt);
  if (doubt.empty()) diagnosis.verdict = Health::healthy;
}

void add_gaps(const Log& log, const LogFindings& found, Diagnosis& diagnosis) {
  for (const std::string& remark : log.remarks) diagnosis.gaps.push_back({"", remark});
  if (log.record.tables.contains("data"))
    diagnosis.gaps.push_back(
        {"",
         "the loss of a constant prediction is not known: the first loss that was logged stands for "
         "it, and a training that went on from earlier weights looks like one that does not learn"});
  diagnosis.gaps.push_back({"", "nothing was tried: what was trained is not known"});
  if (!log.read.empty()) diagnosis.gaps.push_back({"", "judged by these tags alone: " + some_of(log.read)});
  if (!log.unread.empty()) diagnosis.gaps.push_back({"", "tags that were not read: " + some_of(log.unread)});
  for (const Pathology& pathology : all_pathologies()) {
    if (pathology.stage == Stage::benign || std::ranges::count(found.judged, pathology.id) > 0) continue;
    const char* reason = "a log does not show it";
    if (pathology.id == "overfitting") reason = "no held-out loss was logged";
    if (pathology.id == "vanishing-gradient" || pathology.id == "exploding-gradient" ||
        pathology.id == "disconnected-parameter")
      reason = "no gradient norms by layer were logged";
    diagnosis.gaps.push_back({pathology.id, reason});
  }
}

}  // namespace

Diagnosis examine_log(const Log& log) {
  const Chart chart(log.record);
  const Seen seen = look(chart);
  LogFindings found = look_through_log(chart, log.layers);
  Diagnosis diagnosis;
  add_gaps(log, found, diagnosis);
  const Judgement judgement = judge_log(chart, seen, found.suspects);
  for (const Suspect& suspect : found.suspects) {
    const bool benign = suspect.pathology->stage == Stage::benign;
    if (suspect.finding.confidence < kWorthTelling || !(benign || !judgement.failing)) continue;
    diagnosis.notes.push_back(suspect.finding);
    diagnosis.notes.back().role = "note";
  }
  if (!judgement.failing) {
    conclude_without_failure(chart, seen, found.suspects, diagnosis);
    return diagnosis;
  }
  // Without trials a suspicion is all that the weak ones could be.
  std::erase_if(found.suspects, [](const Suspect& suspect) {
    return suspect.pathology->stage == Stage::benign || suspect.finding.confidence < kWorthTelling;
  });
  diagnosis.verdict = Health::sick;
  diagnosis.summary = judgement.reason;
  diagnosis.findings = chain(found.suspects, judgement, kWorthTelling);
  for (Finding& finding : diagnosis.findings) finding.severity = NAN;
  return diagnosis;
}

}  // namespace gradclinic
