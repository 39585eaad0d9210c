#include "gradclinic/spec/experiment_fields.h"

#include "gradclinic/spec/experiment.h"

namespace gradclinic {

namespace {

using Names = std::vector<std::string>;

constexpr double kMostSeeds = 10000;
constexpr double kLargestFirstSeed = 9007199254730992.0;

const Allowed kAny = {};
const Allowed kSelection = {.noun = "a table of factor = value, or = an array of values"};
const Allowed kMeasure = {.noun = "a measure"};
const Allowed kFactor = {.noun = "a factor"};
const Allowed kId = {.noun = "lower-case letters, digits and dashes"};

Allowed one_of(const Names& names, const char* noun) { return {.noun = noun, .names = &names}; }

template <class Keys>
void describe(std::vector<KeyDescription>& into) {
  Keys defaults;
  for (const Field& field : fields_of(defaults)) {
    const std::string value = field.required ? "required" : value_text(field);
    into.push_back({field.key, value, allowed_text(field), field.meaning, field.allowed.catalogue});
  }
}

}  // namespace

std::vector<Field> fields_of(ExperimentKeys& keys) {
  return {
      {"experiment.id", &keys.id, kId, "names its files", true},
      {"experiment.title", &keys.title, kAny, "the heading in the report", true},
      {"experiment.question", &keys.question, kAny, "what it is meant to answer"},
      {"experiment.seeds", &keys.seeds, {.least = 1, .most = kMostSeeds}, "runs of every setting"},
      {"experiment.first_seed", &keys.first_seed, {.least = 0, .most = kLargestFirstSeed}, "the others follow it"},
      {"experiment.quick_seeds", &keys.quick_seeds, {.least = 1, .most = kMostSeeds}, "seeds of a quick look"},
      {"experiment.extended", &keys.extended, kAny, "takes longer: the lab runs it when it is named, or with --all"},
      {"experiment.notes", &keys.notes, kAny, "what a reader must know"},
  };
}

std::vector<Field> fields_of(BundleKeys& keys) {
  return {
      {"factors.label", &keys.label, kAny, "bundles only: what reports call the value", true},
      {"factors.set", &keys.set, {.noun = "a table of spec key = value"}, "bundles only: the spec keys it sets"},
  };
}

std::vector<Field> fields_of(FigureKeys& keys) {
  static const Names kinds = {"by-layer", "by-step", "by-factor", "heatmap"};
  static const Names scales = {"linear", "log"};
  return {
      {"figure.kind", &keys.kind, one_of(kinds, "a kind of figure"), "what the horizontal axis is", true},
      {"figure.quantity", &keys.quantity, kMeasure,
       "what is drawn: the vertical axis, or the colour; without a moment when `at` gives it", true},
      {"figure.at", &keys.at, {.noun = "a moment"}, "the measure's moment; final when left out"},
      {"figure.scale", &keys.scale, one_of(scales, "a scale"), "of the vertical axis, or the colour"},
      {"figure.title", &keys.title, kAny, "the measure when left out"},
      {"figure.x", &keys.x, kFactor, "by-factor and heatmap: the factor along the horizontal axis"},
      {"figure.y", &keys.y, kFactor, "heatmap: the factor along the vertical axis"},
      {"figure.where", &keys.where, kSelection, "the settings to draw; all when left out"},
      {"figure.note", &keys.note, kAny, "printed below the figure"},
  };
}

std::vector<Field> fields_of(ClaimKeys& keys) {
  static const Names comparisons = {"greater", "less", "equal", "above", "below"};
  static const Names scales = {"log", "linear"};
  return {
      {"claim.id", &keys.id, kId, "unique in the file", true},
      {"claim.says", &keys.says, kAny, "the claim, as a sentence", true},
      {"claim.source", &keys.source, kAny, "who says so"},
      {"claim.measure", &keys.measure, kMeasure, "the number of each run that is compared", true},
      {"claim.left", &keys.left, kSelection, "the settings the claim is about; all when left out"},
      {"claim.is", &keys.is, one_of(comparisons, "a comparison"), "how left is said to compare", true},
      {"claim.right",
       &keys.right,
       {.noun = "a table of factor = value, or an array of such tables"},
       "greater, less, equal: the settings it is compared with; with several, all must hold"},
      {"claim.value", &keys.value, kAny, "above, below: the number it is compared with"},
      {"claim.margin", &keys.margin, kAny,
       "smallest ratio (log, above 1) or difference (above 0) that counts; equal: the largest that does not"},
      {"claim.scale", &keys.scale, one_of(scales, "a scale"),
       "log compares ratios, linear differences; not for above and below"},
      {"claim.acts",
       &keys.acts,
       {.noun = "a table with measure and above"},
       "the claim is vacuous unless some left run gets above this"},
      {"claim.explain", &keys.explain, kAny, "why it should, or should not, be so"},
  };
}

std::vector<Field> fields_of(ActsKeys& keys) {
  return {
      {"claim.acts.measure", &keys.measure, kMeasure, "what shows that the mechanism acted", true},
      {"claim.acts.above", &keys.above, kAny, "what the measure must exceed", true},
  };
}

std::vector<Field> fields_of(TreatmentKeys& keys) {
  static const Names directions = {"less", "greater"};
  return {
      {"treatment.pathology", &keys.pathology, kAny, "what is wrong with the patient", true},
      {"treatment.fix", &keys.fix, kAny, "what is done about it", true},
      {"treatment.patient", &keys.patient, kSelection, "the settings without the fix", true},
      {"treatment.treated", &keys.treated, kSelection, "the same with it", true},
      {"treatment.outcome", &keys.outcome, kMeasure, "what it is judged by", true},
      {"treatment.better", &keys.better, one_of(directions, "a direction"), "which outcome is better"},
      {"treatment.mechanism", &keys.mechanism, kMeasure, "the pathology itself, as a number", true},
      {"treatment.side_effect", &keys.side_effect, kMeasure, "what the fix may worsen"},
  };
}

std::vector<KeyDescription> describe_experiment() {
  std::vector<KeyDescription> rows;
  describe<ExperimentKeys>(rows);
  describe<BundleKeys>(rows);
  describe<FigureKeys>(rows);
  describe<ClaimKeys>(rows);
  describe<ActsKeys>(rows);
  describe<TreatmentKeys>(rows);
  return rows;
}

}  // namespace gradclinic
