#include "gradclinic/diagnosis/faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/diagnosis/outside_changes.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic {
namespace {

bool is_outside(const Chart& chart) { return chart.spec().model.kind == "outside"; }

const Fault kProbabilities = {
    .present = [](const Chart& chart) { return chart.fact("output_probabilities") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.9, {"outputs are probabilities (1: always)", 1, "0"},
                         "outputs are probabilities where the loss takes logits",
                         "The model's outputs are probabilities already, and the loss applies a softmax or sigmoid of "
                         "its own: the gradient is small, and the loss cannot come near 0. Leave the last softmax or "
                         "sigmoid out of the model.",
                         true);
        },
    .without = alone(kOutputKey, "logits")};

const Fault kUnnormalized = {
    .present = [](const Chart& chart) { return chart.fact("output_unnormalized") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.95, {"outputs are log-probabilities (1: never)", 1, "0"},
                         "a loss of log-probabilities is given none",
                         "The loss takes log-probabilities, and the model's outputs are none: the loss falls below 0 "
                         "and without end while the outputs grow. Take nn.CrossEntropyLoss in place of nn.NLLLoss, or "
                         "let the model end in log_softmax.",
                         true);
        },
    .without = alone(kOutputKey, "log-probabilities")};

const Fault kSoftmaxOfOne = {
    .present = [](const Chart& chart) { return chart.fact("softmax_of_one") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.95, {"the softmax runs over one output (1: always)", 1, "0"},
                         "a softmax over an axis of length 1",
                         "The softmax, the model's or the loss's, runs over an axis of length 1, and so is 1 whatever "
                         "the input: no gradient comes back. Of one output for two classes take the sigmoid, in the "
                         "loss (nn.BCEWithLogitsLoss); of an amount take nn.MSELoss.",
                         true);
        }};

const Fault kNegated = {
    .present = [](const Chart& chart) { return chart.fact("output_negated") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.95, {"the loss has its sign turned (1: always)", 1, "0"},
                         "the loss is below 0, and falls without end",
                         "The loss is one that should become small, with its sign turned: every step makes the "
                         "predictions worse. Leave the minus out.",
                         true);
        }};

const Fault kMisplaced = {
    .present = [](const Chart& chart) { return chart.fact("output_misplaced") == 1; },
    .finding =
        [](const Chart& chart) {
          return mistake(0.95, {"the softmax does not run along the classes (1: always)", 1, "0"},
                         "the loss takes a softmax along another axis than the classes",
                         "The loss takes its softmax along another axis than the one that its classes lie along, so "
                         "that samples or places compete in place of classes. nn.CrossEntropyLoss wants classes in "
                         "axis 1, (batch, classes, ...); a log_softmax of your own needs the dim of the classes.",
                         learns_little(chart));
        }};

const Fault kBroadcastWithin = {
    .present = [](const Chart& chart) { return chart.fact("output_broadcast_within") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.9, {"every output of a sample meets every target of it (1: always)", 1, "0"},
                         "every output of a sample is compared with every target of it",
                         "Outputs and targets of a sample are broadcast against each other, (n, places, 1) against "
                         "(n, 1, places), say, so that every place is compared with the targets of all places and "
                         "pulled to their mean. Give both one shape.",
                         true);
        }};

const Fault kBroadcast = {
    .present = [](const Chart& chart) { return chart.fact("output_broadcast") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.95, {"every output meets every target (1: always)", 1, "0"},
                         "every output is compared with every target",
                         "Outputs of shape (n, 1) meet targets of shape (n,), or (n, 1, ...) meet (n, ...), or the "
                         "reverse, and the loss compares every output of a batch with every target of it: all outputs "
                         "are pulled to the targets' mean. Give both one shape: loss(model(x).squeeze(1), y).",
                         true);
        },
    .without = {{{kOutputKey, "squeezed"}}, {{kOutputKey, "squeezed-in-training"}}}};

const Fault kBroadcastInLoss = {
    .present = [](const Chart& chart) { return chart.fact("broadcast_in_loss") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(
              0.95, {"every output meets every target (1: always)", 1, "0"},
              "the loss takes the error of every output with every target",
              "The loss broadcasts outputs of shape (n, 1) against targets of shape (n,), or the reverse, and "
              "takes the error of every output of a batch with every target of it: all outputs are pulled "
              "to the targets' mean. Give both one shape before they are subtracted.",
              true);
        }};

/// Shares of the targets' variance that the output cannot reach: worth saying, and as much as is clear in a loss.
constexpr double kOutOfReach = 0.1;
constexpr double kFarOutOfReach = 0.25;

const Fault kUnreachable = {
    .present = [](const Chart& chart) { return is_outside(chart) && chart.fact("output_out_of_reach") > kOutOfReach; },
    .finding =
        [](const Chart& chart) {
          const double share = chart.fact("output_out_of_reach");
          return mistake(
              0.9, {"squared distance of the targets from what the output can be, over their variance", share, "0"},
              "targets beyond the range of the output's last function",
              "The model ends in a function that cannot put out what it is asked for: a sigmoid gives 0 to 1, tanh "
              "-1 to 1, ReLU nothing below 0, and targets lie beyond. Leave it out, or scale the targets into its "
              "range.",
              share > kFarOutOfReach);
        }};

/// Share of samples; a few may be left out as broken.
constexpr double kIgnored = 0.01;

const Fault kIgnoredClass = {
    .present = [](const Chart& chart) { return chart.fact("samples_ignored") > kIgnored; },
    .finding =
        [](const Chart& chart) {
          const double share = chart.fact("samples_ignored");
          return mistake(
              0.9, {"share of samples that send no gradient", share, "0"},
              fmt::format("{:.0f} % of samples send no gradient, and no other sample is of their class", 100 * share),
              "The loss leaves out every sample of a class, which is never learnt: look at its ignore_index (0 is a "
              "class, unless it stands for padding) and at weights of 0.",
              true);
        }};

double odds(double share) { return share / (1 - share); }

/// Weights may well make up for rare classes, and then no class counts more than it would by its samples.
bool weights_suit_other_classes(const Chart& chart) {
  const double weighted = chart.fact("weighted_largest_class");
  return weighted > 0.9 && odds(weighted) > 4 * odds(chart.fact("largest_class"));
}

const Fault kClassWeights = {
    .present = weights_suit_other_classes,
    .finding =
        [](const Chart& chart) {
          Finding finding =
              mistake(0.85,
                      {"largest share of one class in what the loss counts", chart.fact("weighted_largest_class"),
                       "near that of its samples, or below"},
                      "weights let one class count more than by its samples",
                      "The loss's weights (weight, pos_weight) suit another set of samples: nearly all that it counts "
                      "is of one class, which is then predicted everywhere. Leave them out, or take one over each "
                      "class's share of these samples.",
                      false);
          finding.evidence.push_back({"share of the commonest class", chart.fact("largest_class"), ""});
          return finding;
        },
    .without = alone(kClassWeightsKey, "equal")};

/// Share of batches.
constexpr double kNearlyAll = 0.9;

const Fault kPulledAlike = {
    .present = [](const Chart& chart) { return chart.fact("pulled_alike") > kNearlyAll; },
    .finding =
        [](const Chart& chart) {
          return mistake(0.95,
                         {"share of batches in which all outputs are pulled alike", chart.fact("pulled_alike"), "0"},
                         "the loss pulls all outputs of a batch, or of a sample, by the same amount",
                         "The loss depends on the mean of outputs alone (of a batch's, or of each sample's), so that "
                         "errors up and down cancel and none is learned: square (or take the amount of) each error "
                         "first, and the mean then.",
                         true);
        }};

const Fault kClassesOfAll = {
    .present = [](const Chart& chart) { return chart.fact("classes_of_all") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.95, {"every sample is asked for the classes of all (1: always)", 1, "0"},
                         "every sample is asked for the classes of all samples of its batch",
                         "Classes of the batch are broadcast against its samples, as by log_p[:, y] in place of "
                         "log_p[range(n), y], so that every sample is pulled to the shares of all classes. Take "
                         "nn.CrossEntropyLoss()(outputs, y) with outputs (n, classes) and y (n,).",
                         true);
        }};

const Fault kNumbers = {
    .present = [](const Chart& chart) { return chart.fact("numbers_for_classes") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.9, {"all outputs of a sample are asked for its class's number (1: always)", 1, "0"},
                         "all outputs of a sample are asked for the number of its class",
                         "The loss is a squared error of every output with the number of the sample's class, which is "
                         "broadcast over them, so that no output stands for a class. Take nn.CrossEntropyLoss.",
                         true);
        }};

const Fault kMixedSamples = {
    .present = [](const Chart& chart) { return chart.fact("samples_mixed") == 1; },
    .finding =
        [](const Chart& chart) {
          return mistake(
              0.9, {"outputs of a sample depend on the others in its batch (1: yes)", 1, "0"},
              "half of a batch, on its own, gives other outputs than in the whole",
              "What the model puts out for a sample depends on the other samples of its batch, even in evaluation "
              "mode: somewhere the batch's axis is taken for another. Look for view() or reshape() where permute() or "
              "transpose() is meant, for batch_first of recurrent and attention layers, and for a softmax or mean "
              "over axis 0.",
              learns_little(chart));
        }};

/// The same, where a softmax that can be turned may be why.
const Fault kMixedBySoftmax = {
    .present = [](const Chart& chart) { return kMixedSamples.present(chart) && chart.fact("softmax_elsewhere") == 1; },
    .finding = kMixedSamples.finding,
    .without = alone(kSoftmaxKey, "last")};

/// Above chance: an accuracy with which a loss cannot be that of a constant prediction, unless logits are bounded.
constexpr double kToldApart = 0.3;

/// Of cosines, which come near 1 and not beyond, or of a part of them. What a layer puts out has no bounds.
bool is_bounded(const Chart& chart) {
  if (!is_outside(chart) || chart.spec().train.loss != "cross_entropy" || chart.fact("output_of_layer") != 0)
    return false;
  const double largest = chart.fact("output_largest");
  const bool told_apart =
      learns_little(chart) && chart.course().last().accuracy > chart.fact("largest_class") + kToldApart;
  return (largest > 0.6 || (largest > 0 && told_apart)) && largest < 1.001;
}

const Fault kCosines = {
    .present = is_bounded,
    .finding =
        [](const Chart& chart) {
          return mistake(0.6, {"largest logit by size", chart.fact("output_largest"), "above 1"},
                         "no logit goes beyond 1",
                         "Logits are cosines, or bounded in another way, and the softmax of such is nearly flat: "
                         "multiply them by a factor (10 to 30, or one that is learnt; the inverse of a temperature).",
                         false);
        },
    .without = alone(kOutputKey, "stretched")};

/// Of a layer's outputs. Those of cosines have to be multiplied.
constexpr double kLargeFactor = 5;

const Fault kMultiplied = {
    .present = [](const Chart& chart) { return chart.fact("output_factor") >= kLargeFactor; },
    .finding =
        [](const Chart& chart) {
          return mistake(0.5, {"what the last layer's outputs are multiplied by", chart.fact("output_factor"), "1"},
                         "the model multiplies what its last layer puts out",
                         "The model multiplies its last layer's outputs by a large number: the first loss is far above "
                         "that of a guess, and every gradient as many times as large. Leave the factor out.",
                         false);
        },
    .without = alone(kOutputKey, "unscaled")};

const Fault kActivatedLogits = {
    .present = [](const Chart& chart) { return chart.fact("output_activated") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.6, {"outputs have passed an activation function (1: yes)", 1, "0"},
                         "an activation function stands before a loss of logits",
                         "The model ends in an activation function, and the loss takes what comes out for logits, "
                         "which may be any number: ReLU leaves no class below 0, tanh none beyond 1. Leave it out.",
                         false);
        },
    .without = alone(kOutputKey, "linear")};

/// Batch norm goes by its running averages where it learns.
const Fault kEvaluationMode = {
    .present =
        [](const Chart& chart) { return chart.fact("evaluation_mode") > 0.5 && chart.spec().model.norm == "batch"; },
    .finding =
        [](const Chart& chart) {
          return mistake(0.5, {"share of steps in evaluation mode", chart.fact("evaluation_mode"), "0"},
                         "steps are taken in evaluation mode",
                         "The model is in evaluation mode while it is trained, so that batch norm does not look at the "
                         "batch: call model.train() before each epoch, as model.eval() for a validation stays on.",
                         false);
        },
    .without = alone(kTrainingKey, "true")};

/// A regression on a handful of whole numbers, each taken by many samples: classes by another name.
bool regresses_classes(const Chart& chart) {
  const double values = chart.fact("target_values");
  return chart.spec().train.loss == "mse" && chart.fact("target_whole") == 1 && chart.fact("outputs") == 1 &&
         values >= 2 && values <= 20 && chart.fact("samples") >= 15 * values;
}

const Fault kRegressedClasses = {
    .present = regresses_classes, .finding = [](const Chart& chart) {
      Finding finding = mistake(0.7, {"distinct target values", chart.fact("target_values"), ""},
                                "mean squared error on few whole numbers",
                                "The targets are a few whole numbers, which look like classes, but the loss treats "
                                "them as amounts. If they are classes, take one output for each and the cross-entropy.",
                                false);
      finding.evidence.push_back({"samples", chart.fact("samples"), ""});
      return finding;
    }};

/// A layer may read a mixture's weights, or a choice.
const Fault kUnfitBetween = {
    .present = [](const Chart& chart) { return chart.fact("unfit_between") > 0; },
    .finding =
        [](const Chart& chart) {
          return mistake(
              0.65,
              {"share of layers whose input is what a softmax or an exponential gave", chart.fact("unfit_between"),
               "0"},
              "a softmax or an exponential stands between two layers",
              "A softmax or an exponential stands where an activation function belongs: what a softmax gives sums to 1 "
              "over a layer's units, so that little of what they tell gets through, and little gradient back; what an "
              "exponential gives grows beyond bounds. Take ReLU or another function of each unit.",
              false);
        },
    .without = alone(kSoftmaxKey, "relu")};

/// It may well be meant.
const Fault kSoftmaxElsewhere = {
    .present = [](const Chart& chart) { return chart.fact("softmax_elsewhere") == 1; },
    .finding =
        [](const Chart&) {
          return mistake(0.6, {"a softmax runs along another axis than the last (1: yes)", 1, "0"},
                         "a softmax runs along another axis than the last",
                         "A softmax of the model does not run along the last axis, where the scores of what can be "
                         "attended to usually lie: look at its dim (without one, PyTorch takes axis 0 or 1).",
                         false);
        },
    .without = alone(kSoftmaxKey, "last")};

}  // namespace

Finding mistake(double confidence, Evidence evidence, std::string rule, const char* sentence, bool fatal) {
  return {.confidence = confidence,
          .evidence = {std::move(evidence)},
          .rule = std::move(rule),
          .sentence = sentence,
          .by_hand = true,
          .fatal = fatal};
}

const Fault* fault_of(const Chart& chart) {
  static const Fault* const kAll[] = {&kProbabilities,
                                      &kUnnormalized,
                                      &kSoftmaxOfOne,
                                      &kNegated,
                                      &kMisplaced,
                                      &kBroadcastWithin,
                                      &kBroadcast,
                                      &kBroadcastInLoss,
                                      &kUnreachable,
                                      &kIgnoredClass,
                                      &kPulledAlike,
                                      &kClassesOfAll,
                                      &kNumbers,
                                      &kClassWeights,
                                      &kMixedBySoftmax,
                                      &kMixedSamples,
                                      &kCosines,
                                      &kActivatedLogits,
                                      &kEvaluationMode,
                                      &kRegressedClasses,
                                      &linear_by_spec(),
                                      &affine(),
                                      &loss_of_other_targets(),
                                      &loss_without_end(),
                                      &kMultiplied,
                                      &kUnfitBetween,
                                      &other_loss(),
                                      &errors_of_yes_and_no(),
                                      &kSoftmaxElsewhere};
  const auto* const found = std::ranges::find_if(kAll, [&](const Fault* fault) { return fault->present(chart); });
  return found == std::end(kAll) ? nullptr : *found;
}

}  // namespace gradclinic
