#include "gradclinic/diagnosis/faults.h"

namespace gradclinic::pathologies {
namespace {

std::optional<Finding> examine(const Chart& chart) {
  const Fault* fault = fault_of(chart);
  if (fault == nullptr) return std::nullopt;
  Finding finding = fault->finding(chart);
  finding.layers = {chart.depth()};
  return finding;
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  const Fault* fault = fault_of(chart);
  return fault == nullptr ? std::vector<std::vector<Change>>{} : fault->without;
}

}  // namespace

Pathology wrong_output_or_loss() {
  return {.id = "wrong-output-or-loss",
          .summary = "a loss, an output or an activation function that does not suit the task",
          .mechanism =
              "A loss for amounts puts class 2 between classes 1 and 3; a softmax of a softmax is nearly flat; outputs "
              "compared with every target of the batch learn its mean; a network without non-linear functions can only "
              "draw straight lines. Training goes on and cannot arrive.",
          .reference = "Bishop 2006, Pattern Recognition and Machine Learning, sections 4.1 and 5.2",
          .needs = {"data.target_values"},
          .fixes = {"relu", "tanh"},
          .look_alikes = {"loss-plateau", "over-regularized"},
          .leads_to = {"learning-rate-too-high", "loss-plateau", "undertrained", "dead-relu"},
          .stage = Stage::model,
          .examine = examine,
          .without = without};
}

}  // namespace gradclinic::pathologies
