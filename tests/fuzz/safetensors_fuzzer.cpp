#include <cstdlib>
#include <string>

#include "gradclinic/logs/safetensors.h"
#include "gradclinic/support/error.h"

namespace {

void read_all(gradclinic::Bytes file) {
  try {
    std::size_t bytes = 0;
    for (const gradclinic::StoredTensor& tensor : gradclinic::read_safetensors(file, "file")) {
      bytes += tensor.raw.size();
      const auto values = gradclinic::values_of(tensor);
      if (!tensor.raw.empty() && values.size() != static_cast<std::size_t>(tensor.size())) std::abort();
    }
    if (bytes > file.size()) std::abort();
  } catch (const gradclinic::BadInput&) {
  }
}

}  // namespace

/// The input as a file, and as a header of its own length with 16 bytes of data behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_all({data, size});
  const std::uint64_t length = size;
  std::string file(reinterpret_cast<const char*>(&length), sizeof length);
  file.append(reinterpret_cast<const char*>(data), size).append(16, '\0');
  read_all({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
  return 0;
}
