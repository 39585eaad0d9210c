#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic::pathologies {
namespace {

/// A regression on a handful of whole numbers, each taken by many samples: classes by another name.
bool regresses_classes(const Chart& chart) {
  const double values = chart.fact("target_values");
  return chart.spec().train.loss == "mse" && chart.fact("target_whole") == 1 && chart.fact("outputs") == 1 &&
         values >= 2 && values <= 20 && chart.fact("samples") >= 15 * values;
}

/// Attention and recurrence are not linear, whatever the activation function; of a network from outside the activation
/// functions are not known well enough to say so.
bool linear(const Chart& chart) {
  const ModelSpec& model = chart.spec().model;
  const bool chains = model.kind == "mlp" || model.kind == "cnn";
  return chains && model.activation == "identity" && chart.hidden() > 0;
}

/// Whether batch norm of a network from outside goes by its running averages where it learns.
bool evaluates(const Chart& chart) { return chart.fact("evaluation_mode") > 0.5 && chart.spec().model.norm == "batch"; }

bool activates(const Chart& chart) { return chart.fact("output_activated") == 1 && chart.fact("samples_mixed") != 1; }

/// Of cosines, which come near 1 and not beyond. What a layer puts out has no bounds.
bool is_bounded(const Chart& chart) {
  const double largest = chart.fact("output_largest");
  return chart.spec().model.kind == "outside" && chart.spec().train.loss == "cross_entropy" &&
         chart.fact("output_of_layer") == 0 && largest > 0.6 && largest < 1.001;
}

/// Share of samples; a few may be left out as broken.
constexpr double kIgnored = 0.01;

/// Told last of all, as it may well be meant; only a trial tells.
bool misplaces_softmax(const Chart& chart) { return chart.fact("softmax_elsewhere") == 1 && !regresses_classes(chart); }

/// Shares of the targets' variance that the output cannot reach: worth saying, and as much as is clear in a loss.
constexpr double kOutOfReach = 0.1;
constexpr double kFarOutOfReach = 0.25;

/// The model or the loss is not what was meant: its sentence says what to change, and no fix of the catalogue does.
Finding mistake(double confidence, const char* fact, const char* rule, const char* sentence) {
  return {.confidence = confidence,
          .evidence = {{fact, 1, "0"}},
          .rule = rule,
          .sentence = sentence,
          .by_hand = true,
          .fatal = true};
}

std::optional<Finding> fault_of(const Chart& chart) {
  if (chart.fact("output_probabilities") == 1)
    return mistake(0.9, "outputs are probabilities (1: always)",
                   "outputs are probabilities where the loss takes logits",
                   "The model's outputs are probabilities already, and the loss applies a softmax or sigmoid of its "
                   "own: the gradient is small, and the loss cannot come near 0. Leave the last softmax or sigmoid out "
                   "of the model.");
  if (chart.fact("output_unnormalized") == 1)
    return mistake(0.95, "outputs are log-probabilities (1: never)", "a loss of log-probabilities is given none",
                   "The loss takes log-probabilities, and the model's outputs are none: the loss falls below 0 and "
                   "without end while the outputs grow. Take nn.CrossEntropyLoss in place of nn.NLLLoss, or let the "
                   "model end in log_softmax.");
  if (chart.fact("output_misplaced") == 1) {
    Finding finding =
        mistake(0.95, "the softmax does not run along the classes (1: always)",
                "the loss takes a softmax along another axis than the classes",
                "The loss takes its softmax along another axis than the one that its classes lie along, so "
                "that samples or places compete in place of classes. nn.CrossEntropyLoss wants classes in "
                "axis 1, (batch, classes, ...); a log_softmax of your own needs the dim of the classes.");
    finding.fatal = learns_little(chart);
    return finding;
  }
  if (chart.fact("output_broadcast") == 1)
    return mistake(0.95, "every output meets every target (1: always)", "every output is compared with every target",
                   "Outputs of shape (n, 1) meet targets of shape (n,), or (n, 1, ...) meet (n, ...), or the reverse, "
                   "and the loss compares every output of a batch with every target of it: all outputs are pulled to "
                   "the targets' mean. Give both one shape: loss(model(x).squeeze(1), y).");
  if (const double share = chart.fact("output_out_of_reach");
      share > kOutOfReach && chart.spec().model.kind == "outside")
    return Finding{
        .confidence = 0.9,
        .evidence = {{"squared distance of the targets from what the output can be, over their variance", share, "0"}},
        .rule = "targets beyond the range of the output's last function",
        .sentence =
            "The model ends in a function that cannot put out what it is asked for: a sigmoid gives 0 to 1, tanh "
            "-1 to 1, ReLU nothing below 0, and targets lie beyond. Leave it out, or scale the targets into its "
            "range.",
        .by_hand = true,
        .fatal = share > kFarOutOfReach};
  if (const double share = chart.fact("samples_ignored"); share > kIgnored)
    return Finding{
        .confidence = 0.9,
        .evidence = {{"share of samples that send no gradient", share, "0"}},
        .rule = fmt::format("{:.0f} % of samples send no gradient, and no other sample is of their class", 100 * share),
        .sentence =
            "The loss leaves out every sample of a class, which is never learnt: look at its ignore_index (0 is a "
            "class, "
            "unless it stands for padding) and at weights of 0.",
        .by_hand = true,
        .fatal = true};
  if (is_bounded(chart))
    return Finding{
        .confidence = 0.6,
        .evidence = {{"largest logit by size", chart.fact("output_largest"), "above 1"}},
        .rule = "no logit goes beyond 1, and some come near it",
        .sentence =
            "Logits are cosines, or bounded in another way, and the softmax of such is nearly flat: multiply "
            "them by a factor (10 to 30, or one that is learnt; the inverse of a temperature).",
        .by_hand = true};
  if (activates(chart))
    return Finding{.confidence = 0.6,
                   .evidence = {{"outputs have passed an activation function (1: yes)", 1, "0"}},
                   .rule = "an activation function stands before a loss of logits",
                   .sentence =
                       "The model ends in an activation function, and the loss takes what comes out for logits, which "
                       "may be any number: ReLU leaves no class below 0, tanh none beyond 1. Leave it out.",
                   .by_hand = true};
  if (chart.fact("samples_mixed") == 1)
    return Finding{
        .confidence = 0.9,
        .evidence = {{"outputs of a sample depend on the others in its batch (1: yes)", 1, "0"}},
        .rule = "half of a batch, on its own, gives other outputs than in the whole",
        .sentence =
            "What the model puts out for a sample depends on the other samples of its batch, even in evaluation mode: "
            "somewhere the batch's axis is taken for another. Look for view() or reshape() where permute() or "
            "transpose() is meant, for batch_first of recurrent and attention layers, and for a softmax or mean over "
            "axis 0.",
        .by_hand = true,
        .fatal = learns_little(chart)};
  if (evaluates(chart))
    return Finding{.confidence = 0.5,
                   .evidence = {{"share of steps in evaluation mode", chart.fact("evaluation_mode"), "0"}},
                   .rule = "steps are taken in evaluation mode",
                   .sentence =
                       "The model is in evaluation mode while it is trained, so that batch norm does not look at the "
                       "batch: call model.train() before each epoch, as model.eval() for a validation stays on.",
                   .by_hand = true};
  if (regresses_classes(chart))
    return Finding{.confidence = 0.7,
                   .evidence = {{"distinct target values", chart.fact("target_values"), ""},
                                {"samples", chart.fact("samples"), ""}},
                   .rule = "mean squared error on few whole numbers",
                   .sentence =
                       "The targets are a few whole numbers, which look like classes, but the loss treats them as "
                       "amounts. If they "
                       "are classes, take one output for each and the cross-entropy.",
                   .by_hand = true};
  if (linear(chart))
    return Finding{.confidence = 0.7,
                   .evidence = {{"hidden layers", static_cast<double>(chart.hidden()), ""}},
                   .rule = "hidden layers without a non-linear activation function",
                   .sentence =
                       "Nothing between the layers is non-linear, so that all of them together are one linear "
                       "layer."};
  if (misplaces_softmax(chart))
    return Finding{.confidence = 0.6,
                   .evidence = {{"a softmax runs along another axis than the last (1: yes)", 1, "0"}},
                   .rule = "a softmax runs along another axis than the last",
                   .sentence =
                       "A softmax of the model does not run along the last axis, where the scores of what can be "
                       "attended to usually lie: look at its dim (without one, PyTorch takes axis 0 or 1).",
                   .by_hand = true};
  return std::nullopt;
}

std::optional<Finding> examine(const Chart& chart) {
  std::optional<Finding> fault = fault_of(chart);
  if (fault) fault->layers = {chart.depth()};
  return fault;
}

std::vector<std::vector<Change>> without(const Chart& chart) {
  if (chart.fact("output_probabilities") == 1) return alone(kOutputKey, "logits");
  if (chart.fact("output_unnormalized") == 1) return alone(kOutputKey, "log-probabilities");
  if (activates(chart)) return alone(kOutputKey, "linear");
  if (chart.fact("output_broadcast") == 1) return alone(kOutputKey, "squeezed");
  if (chart.fact("samples_ignored") > kIgnored) return {};
  if (is_bounded(chart)) return alone(kOutputKey, "stretched");
  if (chart.fact("output_misplaced") == 1 || chart.fact("samples_mixed") == 1) return {};
  if (evaluates(chart)) return alone(kTrainingKey, "true");
  if (misplaces_softmax(chart)) return alone(kSoftmaxKey, "last");
  if (!linear(chart)) return {};
  return {{{"model.activation", "relu"}}, {{"model.activation", "tanh"}}};
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
