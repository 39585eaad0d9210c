#include <cstdlib>

#include "gradclinic/data/readers/cifar.h"
#include "gradclinic/support/error.h"

/// Every record of a batch that is read must lie within the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const gradclinic::CifarBatch batch({data, size}, "file");
    for (gradclinic::Index record = 0; record < batch.records(); ++record) {
      if (batch.label(record) > 9) std::abort();
      const gradclinic::Bytes pixels = batch.pixels(record);
      if (pixels.data() + pixels.size() > data + size) std::abort();
    }
  } catch (const gradclinic::BadInput&) {
  }
  return 0;
}
