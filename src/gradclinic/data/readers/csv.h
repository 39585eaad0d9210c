#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradclinic/tensor/tensor.h"

namespace gradclinic {

/// Samples from a CSV text: the header row names the columns, every other row is a sample.
struct CsvTable {
  std::vector<std::string> features;  ///< the columns other than the target, in the file's order
  Tensor<float> inputs;               ///< samples x features
  std::vector<double> targets;        ///< the target column, when it holds numbers
  std::vector<std::string> labels;    ///< the target column, when it holds text
};

/// Reads the first `limit` rows (0: all). `target` names the target's column; `text_labels` allows text in it, which
/// must then be text in every row. Throws BadInput naming `name`, line and column: no such target, a row of another
/// length, a cell that is missing or is not a finite number that a float can hold.
CsvTable read_csv(std::string_view text, const std::string& name, const std::string& target, bool text_labels,
                  Index limit = 0);

}  // namespace gradclinic
