#include "gradclinic/diagnosis/weights_examination.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/diagnosis/some_names.h"
#include "gradclinic/diagnosis/weight_changes.h"
#include "gradclinic/diagnosis/weight_facts.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/support/statistics.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

/// Far from what any usual initializer sets (0.58 to 1.41), and from what training makes of it.
constexpr double kTinyGain = 0.02, kHugeGain = 50;
constexpr double kHugeChange = 10, kTinyChange = 1e-6;
constexpr double kUnevenChange = 1e4;
constexpr std::size_t kMostEvidence = 5;

/// Findings on their way into a diagnosis.
class Findings {
 public:
  explicit Findings(Diagnosis& diagnosis) : diagnosis_(diagnosis) {}

  void note(Finding finding) {
    finding.role = "note";
    diagnosis_.notes.push_back(finished(std::move(finding)));
  }
  /// Certain: the verdict is sick.
  void certain(Finding finding) {
    finding.confidence = 1;
    if (diagnosis_.findings.empty()) {
      diagnosis_.verdict = Health::sick;
      diagnosis_.summary = finding.sentence;
      finding.role = "cause";
    } else {
      finding.role = "symptom";
      finding.caused_by = diagnosis_.findings.front().pathology;
    }
    finding.fatal = true;
    diagnosis_.findings.push_back(finished(std::move(finding)));
  }

 private:
  static Finding finished(Finding finding) {
    finding.severity = std::nan("");
    if (const Pathology* const pathology = find_pathology(finding.pathology)) finding.fixes = pathology->fixes;
    return finding;
  }
  Diagnosis& diagnosis_;
};

/// The tensors for which something holds.
struct Group {
  std::vector<std::string> names;
  std::vector<int> layers;
  double value = 0;  ///< a sum or an extreme, as the rule has it
  bool empty() const { return names.empty(); }
  void add(const WeightFacts& facts) {
    names.push_back(facts.name);
    if (facts.layer > 0) layers.push_back(facts.layer);
  }
};

template <class Holds>
Group group_of(const std::vector<WeightFacts>& facts, Holds holds) {
  Group group;
  for (const WeightFacts& one : facts)
    if (holds(one)) group.add(one);
  return group;
}

void judge_finite(const std::vector<WeightFacts>& facts, Findings& findings) {
  const Group group = group_of(facts, [](const WeightFacts& one) { return one.non_finite > 0; });
  if (group.empty()) return;
  Finding finding{.pathology = "non-finite",
                  .layers = group.layers,
                  .rule = fmt::format("NaN or Inf in {} of {} tensors", group.names.size(), facts.size()),
                  .sentence = fmt::format("Weights are NaN or Inf: {}", some_of(group.names))};
  for (const WeightFacts& one : facts)
    if (one.non_finite > 0 && finding.evidence.size() < kMostEvidence)
      finding.evidence.push_back(
          {fmt::format("numbers of {} that are not finite, of {:.0f}", excerpt(one.name), one.size), one.non_finite,
           "0"});
  findings.certain(std::move(finding));
}

/// Whether the bias that goes with a weight leaves units as they are: all its numbers are the same, or there is none.
bool bias_tells_nothing(const std::vector<WeightFacts>& facts, const std::string& weight) {
  const std::size_t end = weight.find_last_of("./");
  const std::string bias = (end == std::string::npos ? "" : weight.substr(0, end + 1)) + "bias";
  const auto found = std::ranges::find(facts, bias, &WeightFacts::name);
  return found == facts.end() || found->constant;
}

bool is_embedding(const std::string& name) { return name.find("embed") != std::string::npos; }

/// After training, units that are still alike will stay so. Before it, the weights behind them may tell them apart.
void judge_symmetry(const std::vector<WeightFacts>& facts, const WeightChanges* changes, Findings& findings) {
  std::vector<const WeightFacts*> layers;
  for (const WeightFacts& one : facts)
    if (one.layer > 0) layers.push_back(&one);
  Group certain, possible;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const WeightFacts& layer = *layers[i];
    if (!layer.units_alike || is_embedding(layer.name) || !bias_tells_nothing(facts, layer.name)) continue;
    const bool trained = changes && std::ranges::count(changes->changed, layer.name, &WeightChanges::Change::name) > 0;
    const bool stays = i + 1 < layers.size() && layers[i + 1]->inputs_alike &&
                       layers[i + 1]->size == layers[i + 1]->units * layer.units;
    (trained || stays ? certain : possible).add(layer);
  }
  if (!certain.empty())
    findings.certain(
        {.pathology = "symmetric-init",
         .layers = certain.layers,
         .evidence = {{"layers whose units have the same weights", double(certain.names.size()), "0"}},
         .rule = "every unit of a layer has the same incoming weights",
         .sentence = fmt::format("All units of a layer are copies of one another, so that it is as wide as "
                                 "one unit: {}",
                                 some_of(certain.names))});
  if (!possible.empty())
    findings.note({.pathology = "symmetric-init",
                   .confidence = 0.5,
                   .layers = possible.layers,
                   .rule = "every unit of a layer has the same incoming weights",
                   .sentence = fmt::format("All units of a layer are alike; the weights behind may tell them apart in "
                                           "training: {}",
                                           some_of(possible.names))});
}

void note_zeros(const std::vector<WeightFacts>& facts, Findings& findings) {
  const Group zero = group_of(facts, [](const WeightFacts& one) { return one.layer > 0 && one.zeros == one.size; });
  if (!zero.empty())
    findings.note({.pathology = "disconnected-parameter",
                   .confidence = 0.5,
                   .layers = zero.layers,
                   .rule = "all weights of a layer are 0",
                   .sentence = fmt::format("Nothing passes through these layers, which start at 0 on purpose or have "
                                           "died: {}",
                                           some_of(zero.names))});
  Group units = group_of(facts, [](const WeightFacts& one) { return one.zero_units > 0 && one.zeros < one.size; });
  if (units.empty()) return;
  for (const WeightFacts& one : facts)
    if (one.zeros < one.size) units.value += one.zero_units;
  findings.note({.pathology = "dead-relu",
                 .confidence = 0.5,
                 .layers = units.layers,
                 .rule = fmt::format("all incoming weights of {:.0f} units are 0", units.value),
                 .sentence = fmt::format("Units that do not depend on what comes in: {}", some_of(units.names))});
}

void note_scales(const std::vector<WeightFacts>& facts, Findings& findings) {
  const Group group = group_of(facts, [](const WeightFacts& one) {
    return one.gain > 0 && !is_embedding(one.name) && !(one.gain >= kTinyGain && one.gain <= kHugeGain);
  });
  if (group.empty()) return;
  Finding finding{
      .pathology = "bad-init-scale",
      .confidence = 0.5,
      .layers = group.layers,
      .rule = fmt::format("root mean square times the root of the fan-in outside {} to {}", kTinyGain, kHugeGain),
      .sentence = fmt::format("Weights far smaller or larger than initializers set: {}", some_of(group.names))};
  for (const WeightFacts& one : facts)
    if (std::ranges::count(group.names, one.name) > 0 && finding.evidence.size() < kMostEvidence)
      finding.evidence.push_back({"gain of " + excerpt(one.name), one.gain, "1.41 by He et al., 0.58 by nn.Linear"});
  findings.note(std::move(finding));
}

/// Running variances of batch norm that are 0: what comes in there did not vary.
void note_variances(const Checkpoint& checkpoint, Findings& findings) {
  std::vector<std::string> names;
  double channels = 0;
  for (const StoredTensor& tensor : checkpoint.tensors()) {
    if (!tensor.name.ends_with("running_var") && !tensor.name.ends_with("moving_variance")) continue;
    const std::vector<double> values = values_of(tensor);
    const auto zeros = std::ranges::count(values, 0.0);
    if (zeros > 0) names.push_back(tensor.name), channels += static_cast<double>(zeros);
  }
  if (!names.empty())
    findings.note({.pathology = "dead-relu",
                   .confidence = 0.6,
                   .rule = fmt::format("the running variance of {:.0f} channels is 0", channels),
                   .sentence = fmt::format("Batch norm saw channels that never vary: {}", some_of(names))});
}

void judge_changes(const WeightChanges& changes, Findings& findings) {
  if (changes.any_changed == 0) {
    findings.certain({.pathology = "disconnected-parameter",
                      .evidence = {{"tensors that differ, of those in both files", 0, "all of them"}},
                      .rule = fmt::format("all {} tensors are equal in both files", changes.compared),
                      .sentence = "Nothing changed from the first checkpoint to the second: no step was taken, or no "
                                  "gradient reaches any weight"});
    return;
  }
  if (!changes.unchanged.empty())
    findings.note(
        {.pathology = "disconnected-parameter",
         .confidence = 0.5,
         .rule = fmt::format("{} of {} tensors are equal in both files", changes.unchanged.size(), changes.compared),
         .sentence = fmt::format("Weights that did not change: frozen, or no gradient reaches them: {}",
                                 some_of(changes.unchanged))});
  if (changes.changed.empty()) return;
  const auto [least, most] = std::ranges::minmax_element(changes.changed, {}, &WeightChanges::Change::relative);
  std::vector<double> all;
  for (const WeightChanges::Change& change : changes.changed) all.push_back(change.relative);
  const double ratio = most->relative / least->relative;
  const char* what = "How much the layers changed";
  if (most->relative > kHugeChange)
    what = "A layer was overwritten: it changed by many times its size";
  else if (most->relative < kTinyChange)
    what = "The layers hardly changed";
  else if (ratio > kUnevenChange)
    what = "Some layers changed far less than others";
  findings.note({.pathology = "update-ratio",
                 .confidence = 0.5,
                 .layers = {least->layer, most->layer},
                 .evidence = {{"largest change of a layer over its size, " + excerpt(most->name), most->relative, ""},
                              {"smallest, " + excerpt(least->name), least->relative, ""},
                              {"the median layer's", median(all), ""}},
                 .rule = fmt::format("change over size from {} ({}) to {} ({})", number_text(least->relative),
                                     excerpt(least->name), number_text(most->relative), excerpt(most->name)),
                 .sentence = what});
}

void add_gaps(const WeightChanges* changes, Diagnosis& diagnosis) {
  const auto gap = [&](const std::string& reason) { diagnosis.gaps.push_back({"", reason}); };
  gap("weights show neither losses nor gradients nor activations: whether the training learns, overfits, or has dead "
      "or "
      "saturated units they do not show");
  if (!changes) {
    gap("one checkpoint does not show what training changes: name an earlier one before it");
    return;
  }
  if (!changes->only_in_one.empty()) gap("in one of the two files only: " + some_of(changes->only_in_one));
  if (!changes->other_shape.empty()) gap("of another shape in the other file: " + some_of(changes->other_shape));
}

}  // namespace

Diagnosis examine_weights(const Checkpoint& after, const Checkpoint* before) {
  Diagnosis diagnosis;
  const std::optional<WeightChanges> changes = before ? std::optional(compare_weights(*before, after)) : std::nullopt;
  const WeightChanges* const seen = changes ? &*changes : nullptr;
  std::vector<WeightFacts> facts;
  const std::vector<int> layers = layer_numbers(after);
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (!after.tensors()[i].raw.empty()) facts.push_back(facts_of(after.tensors()[i], layers[i]));

  Findings findings(diagnosis);
  judge_finite(facts, findings);
  judge_symmetry(facts, seen, findings);
  if (seen) judge_changes(*seen, findings);
  note_zeros(facts, findings);
  note_scales(facts, findings);
  note_variances(after, findings);
  add_gaps(seen, diagnosis);
  if (diagnosis.verdict == Health::undecided)
    diagnosis.summary = fmt::format(
        "nothing in {} tensors is certain to be wrong, and weights alone do not show that "
        "a training goes well",
        facts.size());
  return diagnosis;
}

}  // namespace gradclinic
