#pragma once

#include <string>
#include <vector>

#include "gradclinic/data/readers/bytes.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// What an NPY file says of itself (format versions 1 to 3, numpy.lib.format).
struct NpyHeader {
  char kind = 'f';  ///< f float, i signed, u unsigned, b boolean
  std::size_t item_bytes = 4;
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<Index> shape;
  std::size_t data_offset = 0;  ///< where the values start

  /// Bytes of all values; read_npy_header has checked that the number fits.
  std::size_t data_bytes() const;
};

/// Parses and checks the header. Kinds allowed: f2, f4, f8, i1 to i8, u1 to u8, b1.
/// Throws BadInput naming `name` and the offset.
NpyHeader read_npy_header(Bytes file, const std::string& name);

}  // namespace gradclinic
