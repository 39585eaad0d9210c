#pragma once

#include <string>
#include <vector>

#include "gradclinic/logs/stored_tensor.h"

namespace gradclinic {

/// The arrays of a NumPy .npz, stored or deflated.
struct NpzArchive {
  std::vector<std::vector<std::uint8_t>> contents;  ///< what the tensors refer to
  std::vector<StoredTensor> tensors;                ///< in the order of their names, digits by their value
};

/// Reads the archive; members that are no .npy are passed over. Damage throws BadInput naming `name` and the offset, of
/// the archive or within a member ("weights.npz: fc1.weight.npy, byte 10").
NpzArchive read_npz(Bytes file, const std::string& name);

}  // namespace gradclinic
