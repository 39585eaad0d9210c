#include "gradclinic/data/readers/npy.h"

#include "gradclinic/data/classes.h"
#include "gradclinic/data/dataset.h"
#include "gradclinic/data/images.h"
#include "gradclinic/data/paths.h"
#include "gradclinic/data/readers/file.h"
#include "gradclinic/support/error.h"

namespace gradclinic::sets {
namespace {

template <class T>
NpyTable<T> read(const File& file, const Spec& spec) {
  NpyTable<T> table = read_npy<T>(file.bytes(), file.path(), spec.data.samples);
  samples_taken(spec, table.held);  // rejects more samples than there are
  return table;
}

void check_counts(const File& inputs, Index samples, const File& targets, Index target_samples) {
  if (samples != target_samples)
    throw BadInput("data.targets", "as many targets as inputs are needed",
                   std::to_string(target_samples) + " in " + targets.path() + ", " + std::to_string(samples) + " in " +
                       inputs.path());
}

Dataset load(const Spec& spec, Generator&) {
  const File inputs(resolve_path(spec, spec.data.inputs, "data.inputs"));
  const File targets(resolve_path(spec, spec.data.targets, "data.targets"));
  NpyTable<float> table = read<float>(inputs, spec);
  Dataset data;
  data.inputs = std::move(table.values);
  data.note = spec.data.inputs + ", " + spec.data.targets;
  if (spec.data.task != "classification") {
    NpyTable<float> numbers = read<float>(targets, spec);
    check_counts(inputs, table.held, targets, numbers.held);
    data.targets = std::move(numbers.values);
    return data;
  }
  // In double precision, so that large class numbers stay apart.
  const NpyTable<double> labels = read<double>(targets, spec);
  check_counts(inputs, table.held, targets, labels.held);
  if (labels.values.columns != 1)
    throw BadInput(targets.path(), "classification needs one class a sample",
                   std::to_string(labels.values.columns) + " columns", "store the classes as numbers, not one-hot");
  set_classes(data, std::vector<double>(labels.values.values.begin(), labels.values.values.end()));
  return data;
}

}  // namespace

DatasetSource npy() {
  return {.id = "npy",
          .summary =
              "Arrays saved by numpy.save: `inputs` (samples first, further dimensions flattened) and `targets`; "
              "types f4, f8, i4, i8, u1, b1. With task = \"classification\" the targets' values, among the "
              "samples taken, are numbered in ascending order.",
          .reference = "NumPy enhancement proposal 1, A simple file format for NumPy arrays",
          .load = load};
}

}  // namespace gradclinic::sets
