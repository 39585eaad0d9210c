#include "gradclinic/data/dataset.h"

#include <new>
#include <stdexcept>

#include "gradclinic/data/prepare.h"
#include "gradclinic/support/catalogue.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

/// The set's samples; a set too large for memory is the user's mistake.
Dataset load_set(const Spec& spec, Generator& generator) {
  const std::vector<DatasetSource> sources = sets::all();
  const DatasetSource& source = find_entry(sources, spec.data.set, "data.set");
  const std::string memory = "the samples do not fit into memory";
  const std::string got = std::to_string(spec.data.samples) + " samples of " + std::to_string(spec.data.features);
  try {
    return source.load(spec, generator);
  } catch (const std::bad_alloc&) {
    throw BadInput("data.samples", memory, got);
  } catch (const std::length_error&) {
    throw BadInput("data.samples", memory, got);
  }
}

void check_task(const Spec& spec, const Dataset& data) {
  const bool classifies = data.task == Task::classification;
  const std::string& loss = spec.train.loss;
  const std::string set = "data.set `" + spec.data.set + "`";
  if (loss == "mse" && classifies)
    throw BadInput("train.loss", "mse needs a regression, and " + set + " holds classes", loss,
                   "use cross_entropy, or bce for two classes");
  if (loss != "mse" && !classifies)
    throw BadInput("train.loss", loss + " needs classes, and " + set + " holds a regression", loss,
                   "use mse, or task = \"classification\" where the set has a task");
  if (loss == "bce" && data.classes != 2)
    throw BadInput("train.loss", "bce needs exactly two classes, and " + set + " has " + std::to_string(data.classes),
                   loss, "use cross_entropy");
  if (classifies && data.classes < 2)
    throw BadInput("data.samples", "the samples taken from " + set + " are all of one class");
  if (classifies && spec.data.standardize_target)
    throw BadInput("data.standardize_target", "classes cannot be standardized", "true");
  if (classifies && spec.data.target_scale != 1)
    throw BadInput("data.target_scale", "classes cannot be scaled", std::to_string(spec.data.target_scale));
}

void scale(Tensor<float>& values, double factor) {
  for (float& value : values.values) value = static_cast<float>(value * factor);
}

}  // namespace

Split load_data(const Spec& spec, Generator& generator) {
  Dataset data = load_set(spec, generator);
  check_task(spec, data);
  if (spec.data.shuffle_labels) shuffle_labels(data, spec.seed);
  Split parts = split(std::move(data), spec.data.validation, spec.seed);
  if (spec.data.standardize) standardize(parts.training.inputs, parts.validation.inputs);
  if (spec.data.standardize_target) standardize(parts.training.targets, parts.validation.targets);
  if (spec.data.target_scale != 1) {
    scale(parts.training.targets, spec.data.target_scale);
    scale(parts.validation.targets, spec.data.target_scale);
  }
  return parts;
}

Index output_count(const Spec& spec, const Dataset& data) {
  if (spec.train.loss == "bce") return 1;
  return spec.train.loss == "cross_entropy" ? data.classes : data.targets.columns;
}

}  // namespace gradclinic
