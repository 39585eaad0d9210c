#include <cstdlib>

#include "gradclinic/logs/npz_archive.h"
#include "gradclinic/support/error.h"

/// Every tensor that is read holds as many numbers as its shape says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const gradclinic::StoredTensor& tensor : gradclinic::read_npz({data, size}, "file").tensors) {
      const auto values = gradclinic::values_of(tensor);
      if (!tensor.raw.empty() && values.size() != static_cast<std::size_t>(tensor.size())) std::abort();
    }
  } catch (const gradclinic::BadInput&) {
  }
  return 0;
}
