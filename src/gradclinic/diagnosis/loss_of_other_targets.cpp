#include <algorithm>

#include "gradclinic/diagnosis/faults.h"

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
     "lets "
     "outputs grow beyond the target without end. Take nn.MSELoss or nn.L1Loss."},
    {"entropy_of_amounts", "the loss is the binary cross-entropy, and targets lie beyond 0 and 1",
     "The loss is the binary cross-entropy, which is meant for classes 0 and 1 or shares between: targets beyond drive "
     "outputs to where the sigmoid ends. Take nn.MSELoss, or scale the targets to between 0 and 1."},
    {"poisson_of_negative", "the loss is that of counts, and targets are below 0",
     "The loss is that of counts (Poisson), which are never below 0, and some targets are: outputs fall without end "
     "there. Take nn.MSELoss."},
    {"relative_to_nothing", "the loss is the error over the target, and some targets are next to 0",
     "The loss is the relative error, and some targets are next to 0: what these count is many times what others "
     "do, and nothing else is learned. Take nn.MSELoss or nn.L1Loss, or divide by what targets come to on average."}};

const OtherTargets* of(const Chart& chart) {
  const auto* const found = std::ranges::find_if(kAll, [&](const auto& each) { return chart.fact(each.fact) == 1; });
  return found == std::end(kAll) ? nullptr : found;
}

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

}  // namespace gradclinic
