#include <cstdlib>

#include "gradclinic/data/readers/csv.h"
#include "gradclinic/support/error.h"

/// The text is read as a regression and as a classification of `y`. A table that is read must be complete.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool text_labels : {false, true}) {
    try {
      const auto table = gradclinic::read_csv(text, "file", "y", text_labels);
      const auto rows = static_cast<std::size_t>(table.inputs.rows);
      if (table.inputs.values.size() != rows * table.features.size()) std::abort();
      if (table.targets.size() + table.labels.size() != rows) std::abort();
    } catch (const gradclinic::BadInput&) {
    }
  }
  return 0;
}
