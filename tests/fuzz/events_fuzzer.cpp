#include <cstdlib>

#include "gradclinic/logs/event_file.h"
#include "gradclinic/logs/tfrecord.h"
#include "gradclinic/support/error.h"

/// The input as a file, and as one record's payload, which a file's checksums would hardly let through.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string framed = gradclinic::tfrecord({reinterpret_cast<const char*>(data), size});
  const gradclinic::Bytes record(reinterpret_cast<const std::uint8_t*>(framed.data()), framed.size());
  for (const gradclinic::Bytes file : {gradclinic::Bytes(data, size), record}) {
    try {
      const gradclinic::EventFile read = gradclinic::read_event_file(file, "file");
      if (read.whole_bytes > file.size() || read.scalars.size() > file.size()) std::abort();
    } catch (const gradclinic::BadInput&) {
    }
  }
  return 0;
}
