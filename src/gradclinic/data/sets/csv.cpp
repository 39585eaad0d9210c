#include "gradclinic/data/readers/csv.h"

#include <algorithm>

#include "gradclinic/data/classes.h"
#include "gradclinic/data/dataset.h"
#include "gradclinic/data/images.h"
#include "gradclinic/data/paths.h"
#include "gradclinic/data/readers/file.h"
#include "gradclinic/support/error.h"

namespace gradclinic::sets {
namespace {

Dataset load(const Spec& spec, Generator&) {
  const File file(resolve_path(spec, spec.data.path, "data.path"));
  if (spec.data.target.empty()) throw BadInput("data.target", "no column", "", "name the column to be predicted");
  const bool classifies = spec.data.task == "classification";
  CsvTable table = read_csv(file.text(), file.path(), spec.data.target, classifies, spec.data.samples);
  samples_taken(spec, table.inputs.rows);  // rejects more samples than there are

  Dataset data;
  data.inputs = std::move(table.inputs);
  data.note = spec.data.path;
  if (classifies) {
    table.labels.empty() ? set_classes(data, table.targets) : set_classes(data, table.labels);
  } else {
    data.targets = Tensor<float>(data.samples(), 1);
    std::transform(table.targets.begin(), table.targets.end(), data.targets.values.begin(),
                   [](double target) { return static_cast<float>(target); });
  }
  return data;
}

}  // namespace

DatasetSource csv() {
  return {.id = "csv",
          .summary =
              "A table of numbers from the file `path`: a header row, one sample a row, the column `target` to be "
              "predicted and every other column a feature. With task = \"classification\" the target may also "
              "be text; its values, among the samples taken, are numbered in ascending order.",
          .reference = "RFC 4180",
          .load = load};
}

}  // namespace gradclinic::sets
