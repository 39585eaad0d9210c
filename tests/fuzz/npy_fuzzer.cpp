#include <cmath>
#include <cstdlib>

#include "gradclinic/data/readers/npy.h"
#include "gradclinic/support/error.h"

/// A table that is read must be finite and no larger than its file: a value takes at least one byte there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto table = gradclinic::read_npy<float>({data, size}, "file");
    if (table.values.values.size() > size) std::abort();
    for (const float value : table.values.values) {
      if (!std::isfinite(value)) std::abort();
    }
    gradclinic::read_npy<double>({data, size}, "file", 1);
  } catch (const gradclinic::BadInput&) {
  }
  return 0;
}
