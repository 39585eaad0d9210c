#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradclinic/data/readers/file.h"
#include "gradclinic/logs/npz_archive.h"

namespace gradclinic {

/// The weights of a network as a file holds them, in memory.
class Checkpoint {
 public:
  /// Reads a safetensors or npz file, told apart by their content. Throws BadInput when it is neither, damaged, or
  /// holds no numbers.
  explicit Checkpoint(const std::string& path);

  const std::string& path() const { return file_.path(); }
  /// In the order of their names, digits by their value.
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  /// Null when there is none of that name.
  const StoredTensor* find(const std::string& name) const;

 private:
  File file_;
  NpzArchive archive_;
  std::vector<StoredTensor> tensors_;
};

/// Whether a file's content is one that Checkpoint reads: zip or safetensors.
bool is_checkpoint(Bytes file);

}  // namespace gradclinic
