#include <algorithm>
#include <cmath>

#include "gradclinic/diagnosis/faults.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic {
namespace {

struct OtherTargets {
  const char* fact;
  const char* what;
  const char* sentence;
};

constexpr OtherTargets kAll[] = {
    {"hinge_of_amounts", "the loss is a hinge, and targets are not -1 and 1",
     "The loss is a hinge, squared or softened maybe, which is meant for two classes called -1 and 1: of amounts it "
     "lets outputs grow beyond the target without end, and of classes 0 and 1 nothing tells the first. Take "
     "nn.MSELoss or nn.L1Loss of amounts, and call classes -1 and 1."},
    {"entropy_of_amounts", "the loss is the binary cross-entropy, and targets lie beyond 0 and 1",
     "The loss is the binary cross-entropy, which is meant for classes 0 and 1 or shares between: targets beyond drive "
     "outputs to where the sigmoid ends. Take nn.MSELoss, or scale the targets to between 0 and 1."},
    {"poisson_of_negative", "the loss is that of counts, and targets are below 0",
     "The loss is that of counts (Poisson), which are never below 0, and some targets are: outputs fall without end "
     "there. Take nn.MSELoss."},
    {"relative_to_nothing", "the loss is the error over the target, and some targets are next to 0",
     "The loss is the relative error, and some targets are next to 0, or below it: what the smallest count is many "
     "times what others do, and nothing else is learned. Take nn.MSELoss or nn.L1Loss, or divide by what targets come "
     "to on average."},
    {"divergence_of_logits", "the loss is a divergence, and outputs are no logarithms of shares",
     "The loss is a divergence (nn.KLDivLoss), which takes logarithms of shares that sum to 1, and the outputs are "
     "none: it falls without end as they grow. Give it log_softmax of them, or, of amounts, take nn.MSELoss."},
    {"classes_of_amounts", "the loss is a cross-entropy over classes, and targets are amounts",
     "The loss is a cross-entropy over classes, whose targets are shares of them, and many targets are below 0: "
     "outputs "
     "are driven apart without end. Take nn.MSELoss or nn.L1Loss."},
    {"logarithm_of_cut", "the loss takes logarithms of outputs, many of which it cuts off before",
     "The loss takes the logarithm of outputs, and many are below 0, where it cuts them off: these get no gradient, "
     "and "
     "stay. It is meant for amounts above 0 or for shares. Take nn.MSELoss or nn.L1Loss, or let the model's last "
     "function give what it takes."}};

const OtherTargets* of(const Chart& chart) {
  const auto* const found = std::ranges::find_if(kAll, [&](const auto& each) { return chart.fact(each.fact) == 1; });
  return found == std::end(kAll) ? nullptr : found;
}

const Fault kOtherLoss = {
    .present = [](const Chart& chart) { return chart.spec().model.kind == "outside" && chart.fact("other_loss") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.5, {"classes are learned by another loss than the cross-entropy (1: always)", 1, "0"},
                         "classes are learned by another loss than the cross-entropy",
                         "The loss takes one of several classes and is not the cross-entropy: margins that are missed "
                         "everywhere, or squared distances, pull at the other classes more than at the right one. Take "
                         "nn.CrossEntropyLoss.",
                         false);
        },
    .without = alone("train.loss", "cross_entropy")};

const Fault kErrorsOfYesAndNo = {
    .present = [](const Chart& chart) { return chart.fact("errors_of_yes_and_no") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(
              0.45, {"0 and 1 are learned by squared errors (1: always)", 1, "0"},
              "what is 0 or 1 is learned by squared errors",
              "The loss is the squared error of targets that are 0 or 1, so outputs are no logits: those for "
              "1 come near 1, and of the rarer ones hardly off 0. Take nn.BCEWithLogitsLoss, or look where "
              "outputs are held against a threshold that is meant for logits.",
              false);
        },
    .without = alone("train.loss", "bce")};

/// Of what it began with, and in its own unit. Densities end well above.
constexpr double kWithoutEnd = 1000;

bool falls_without_end(const Chart& chart) {
  const Course& course = chart.course();
  if (chart.spec().model.kind != "outside" || course.empty() || !course.of_first || course.diverged) return false;
  const double first = course.recorded(course.training.front().loss), last = course.recorded(course.last().loss);
  return last < -kWithoutEnd * std::max(1.0, std::abs(first));
}

const Fault kFallsWithoutEnd = {
    .present = falls_without_end, .finding = [](const Chart& chart) {
      return mistake(0.9, {"loss at the end", chart.course().recorded(chart.course().last().loss), "above -1000"},
                     "the loss falls below 0 and without end",
                     "The loss falls below 0 and without end, while outputs grow: it is meant for other targets or "
                     "outputs than it is given (shares that sum to 1, classes, log-probabilities), or its sign is "
                     "turned.",
                     true);
    }};

}  // namespace

const Fault& loss_of_other_targets() {
  static const Fault kFault = {
      .present = [](const Chart& chart) { return of(chart) != nullptr; },
      .finding =
          [](const Chart& chart) {
            const OtherTargets& found = *of(chart);
            return mistake(0.9, {std::string(found.what) + " (1: always)", 1, "0"}, found.what, found.sentence, true);
          }};
  return kFault;
}

const Fault& other_loss() { return kOtherLoss; }
const Fault& errors_of_yes_and_no() { return kErrorsOfYesAndNo; }
const Fault& loss_without_end() { return kFallsWithoutEnd; }

}  // namespace gradclinic
