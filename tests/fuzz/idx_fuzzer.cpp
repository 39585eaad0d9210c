#include <cstdlib>

#include "gradclinic/data/readers/idx.h"
#include "gradclinic/support/error.h"

/// The first byte is the limit, the rest the file. An array that is read must hold what it says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    const auto array = gradclinic::read_idx({data + 1, size - 1}, "file", data[0]);
    if (array.items < 1 || array.items > array.held) std::abort();
    if (array.values.size() != static_cast<std::size_t>(array.items * array.item_size())) std::abort();
  } catch (const gradclinic::BadInput&) {
  }
  return 0;
}
