#pragma once

#include <string>

#include "gradclinic/data/readers/bytes.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// A batch of CIFAR-10's binary version, seen in place: records of 3073 bytes, one label 0..9, then 1024 red,
/// 1024 green and 1024 blue bytes, each row after row (www.cs.toronto.edu/~kriz/cifar.html).
class CifarBatch {
 public:
  static constexpr Index kPixels = 3072;
  static constexpr Index kClasses = 10;

  /// `file` must outlive the batch. Throws BadInput naming `name` and the offset when the file is empty, ends within a
  /// record, or holds a label above 9.
  CifarBatch(Bytes file, const std::string& name);

  Index records() const;
  std::uint8_t label(Index record) const;
  Bytes pixels(Index record) const;

 private:
  Bytes file_;
};

}  // namespace gradclinic
