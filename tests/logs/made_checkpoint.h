#pragma once

#include <fmt/format.h>

#include <cstring>
#include <string>
#include <vector>

#include "gradclinic/support/text.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

struct MadeTensor {
  std::string name;
  std::vector<Index> shape;
  std::vector<float> values;
};

/// A safetensors file from a header and data, lengths as they are.
inline std::string safetensors_file(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

/// A safetensors file of F32 tensors, as its format says.
inline std::string made_safetensors(const std::vector<MadeTensor>& tensors) {
  std::string header = R"({"__metadata__":{"format":"pt"})", data;
  for (const MadeTensor& tensor : tensors) {
    std::vector<std::string> shape;
    for (const Index size : tensor.shape) shape.push_back(std::to_string(size));
    const std::size_t begin = data.size();
    data.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
    header += fmt::format(R"(,"{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})", tensor.name,
                          join(shape, ","), begin, data.size());
  }
  return safetensors_file(header + "}", data);
}

}  // namespace gradclinic
