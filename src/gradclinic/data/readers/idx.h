#pragma once

#include <string>
#include <vector>

#include "gradclinic/data/readers/bytes.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// Items of bytes from an IDX file, the format of MNIST and its kin (magic 00 00 08 n, n sizes as big-endian 32 bit
/// numbers, then the bytes, the last dimension fastest). Only unsigned bytes, up to four dimensions.
struct IdxArray {
  std::vector<Index> shape;          ///< of one item: {28, 28} for images, {} for labels
  Index held = 0;                    ///< items the file holds
  Index items = 0;                   ///< items read
  std::vector<std::uint8_t> values;  ///< items x item_size
  std::size_t first_offset = 0;      ///< where the values start in the (inflated) file

  /// Bytes of one item.
  Index item_size() const;
};

/// Reads the first `limit` items (0: all) of an IDX file, gzipped or not; a gzipped one is inflated no further.
/// Throws BadInput naming `name` and the offset when the file is damaged, or shorter or longer than its header says
/// (the end of a gzipped file is seen only when all items are read). Allocates no more than what is there.
IdxArray read_idx(Bytes file, const std::string& name, Index limit = 0);

}  // namespace gradclinic
