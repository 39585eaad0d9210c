#include "gradclinic/logs/stored_tensor.h"

#include <algorithm>
#include <array>

#include "gradclinic/logs/little_endian.h"
#include "gradclinic/logs/small_floats.h"

namespace gradclinic {
namespace {

template <class Stored, class Convert>
std::vector<double> converted(const StoredTensor& tensor, Convert convert) {
  std::vector<double> values(tensor.raw.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::array<std::uint8_t, sizeof(Stored)> bytes;
    std::copy_n(tensor.raw.data() + i * sizeof(Stored), sizeof(Stored), bytes.begin());
    if (tensor.big_endian) std::reverse(bytes.begin(), bytes.end());
    values[i] = convert(std::bit_cast<Stored>(bytes));
  }
  return values;
}

std::vector<double> in_file_order(const StoredTensor& tensor) {
  switch (tensor.type) {
    case NumberType::float64:
      return converted<double>(tensor, [](double value) { return value; });
    case NumberType::float32:
      return converted<float>(tensor, [](float value) { return value; });
    case NumberType::float16:
      return converted<std::uint16_t>(tensor, from_float16);
    case NumberType::bfloat16:
      return converted<std::uint16_t>(tensor, from_bfloat16);
    case NumberType::other:
      break;
  }
  return {};
}

}  // namespace

Index StoredTensor::size() const {
  Index product = 1;
  for (const Index dimension : shape) product *= dimension;
  return product;
}

std::vector<double> values_of(const StoredTensor& tensor) {
  std::vector<double> stored = in_file_order(tensor);
  if (!tensor.fortran_order || tensor.shape.size() < 2 || stored.empty()) return stored;
  std::vector<double> values(stored.size());
  std::vector<Index> index(tensor.shape.size());
  for (double& value : values) {
    std::size_t place = 0;
    for (std::size_t d = index.size(); d-- > 0;) place = place * tensor.shape[d] + index[d];
    value = stored[place];
    for (std::size_t d = index.size(); d-- > 0;) {
      if (++index[d] < tensor.shape[d]) break;
      index[d] = 0;
    }
  }
  return values;
}

}  // namespace gradclinic
