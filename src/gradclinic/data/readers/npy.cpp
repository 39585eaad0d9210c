#include "gradclinic/data/readers/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "gradclinic/data/readers/npy_header.h"

namespace gradclinic {
namespace {

/// The number a file holds at `place`, which need not be aligned.
template <class Stored>
Stored stored_number(const std::uint8_t* place, bool big_endian) {
  std::array<std::uint8_t, sizeof(Stored)> bytes;
  std::copy_n(place, sizeof(Stored), bytes.begin());
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<Stored>(bytes);
}

/// Where each flattened column stands in the file, counted in values from its sample's first.
std::vector<std::size_t> column_places(const NpyHeader& header, std::size_t columns) {
  const auto& shape = header.shape;
  std::vector<std::size_t> strides(shape.size(), 1);
  if (header.fortran_order) {
    for (std::size_t d = 1; d < shape.size(); ++d) strides[d] = strides[d - 1] * static_cast<std::size_t>(shape[d - 1]);
  } else {
    for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * static_cast<std::size_t>(shape[d]);
  }
  std::vector<std::size_t> places(columns);
  for (std::size_t column = 0; column < columns; ++column) {
    // The flattened column counts in C order, the last index fastest: take the indices off its back.
    std::size_t rest = column;
    for (std::size_t d = shape.size(); d-- > 1;) {
      const auto size = static_cast<std::size_t>(shape[d]);
      places[column] += rest % size * strides[d];
      rest /= size;
    }
  }
  return places;
}

template <class Stored, class T>
void convert_from(Bytes file, const NpyHeader& header, const std::string& name, Tensor<T>& values) {
  const auto columns = static_cast<std::size_t>(values.columns);
  const std::vector<std::size_t> places = column_places(header, columns);
  const std::size_t sample_stride = header.fortran_order ? 1 : columns;
  T* out = values.values.data();
  for (std::size_t sample = 0; sample < static_cast<std::size_t>(values.rows); ++sample) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t offset = header.data_offset + (sample * sample_stride + places[column]) * sizeof(Stored);
      const Stored number = stored_number<Stored>(file.data() + offset, header.big_endian);
      *out = static_cast<T>(number);
      if (!std::isfinite(*out))
        reject_file(name, offset, "a number that is not finite", std::to_string(number),
                    "replace it, or leave the sample out");
      ++out;
    }
  }
}

template <class T>
void convert(Bytes file, const NpyHeader& header, const std::string& name, Tensor<T>& values) {
  if (header.kind == 'f') {
    header.item_bytes == 4 ? convert_from<float>(file, header, name, values)
                           : convert_from<double>(file, header, name, values);
  } else if (header.kind == 'i') {
    header.item_bytes == 4 ? convert_from<std::int32_t>(file, header, name, values)
                           : convert_from<std::int64_t>(file, header, name, values);
  } else {
    convert_from<std::uint8_t>(file, header, name, values);
  }
}

/// Whether `convert` knows the type: f4, f8, i4, i8, u1, b1.
bool is_converted(const NpyHeader& header) {
  if (header.kind == 'u' || header.kind == 'b') return header.item_bytes == 1;
  return header.item_bytes >= 4;
}

}  // namespace

template <class T>
NpyTable<T> read_npy(Bytes file, const std::string& name, Index limit) {
  const NpyHeader header = read_npy_header(file, name);
  if (!is_converted(header))
    reject_file(name, 0, "an NPY type that is not read",
                (header.big_endian ? ">" : "<") + (header.kind + std::to_string(header.item_bytes)));
  const std::size_t there = file.size() - header.data_offset;
  if (there != header.data_bytes())
    reject_file(name, header.data_offset + std::min(there, header.data_bytes()), "not of the size its shape promises",
                std::to_string(there) + " bytes of " + std::to_string(header.data_bytes()));
  if (header.shape.empty()) reject_file(name, header.data_offset, "a single number where samples are needed");
  if (header.data_bytes() == 0) reject_file(name, header.data_offset, "an array without values");

  NpyTable<T> table;
  table.held = header.shape[0];
  const Index rows = limit > 0 ? std::min(limit, table.held) : table.held;
  const Index columns = static_cast<Index>(header.data_bytes() / header.item_bytes) / table.held;
  table.values = Tensor<T>(rows, columns);
  convert(file, header, name, table.values);
  return table;
}

template NpyTable<float> read_npy(Bytes, const std::string&, Index);
template NpyTable<double> read_npy(Bytes, const std::string&, Index);

}  // namespace gradclinic
