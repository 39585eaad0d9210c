#include "gradclinic/diagnosis/faults.h"
#include "gradclinic/diagnosis/rules.h"

namespace gradclinic {
namespace {

/// Attention and recurrence are not linear, whatever the activation function; of a network from outside the activation
/// functions are not known well enough to say so.
bool is_linear(const Chart& chart) {
  const ModelSpec& model = chart.spec().model;
  const bool chains = model.kind == "mlp" || model.kind == "cnn";
  return chains && model.activation == "identity" && chart.hidden() > 0;
}

const char* const kNothingNonLinear =
    "Nothing between the layers is non-linear, so that all of them together are one linear layer.";

const Fault kLinear = {.present = is_linear,
                       .finding =
                           [](const Chart& chart) {
                             return Finding{.confidence = 0.7,
                                            .evidence = {{"hidden layers", static_cast<double>(chart.hidden()), ""}},
                                            .rule = "hidden layers without a non-linear activation function",
                                            .sentence = kNothingNonLinear};
                           },
                       .without = {{{"model.activation", "relu"}}, {{"model.activation", "tanh"}}}};

const Fault kAffine = {.present = [](const Chart& chart) { return chart.fact("affine") == 1 && chart.hidden() > 0; },
                       .finding =
                           [](const Chart& chart) {
                             Finding finding = mistake(
                                 0.85, {"the mean of two samples gets the mean of their outputs (1: always)", 1, "0"},
                                 "several layers are one linear function", kNothingNonLinear, hardly_learns(chart));
                             finding.evidence.push_back({"hidden layers", static_cast<double>(chart.hidden()), ""});
                             return finding;
                           }};

}  // namespace

const Fault& linear_by_spec() { return kLinear; }
const Fault& affine() { return kAffine; }

}  // namespace gradclinic
