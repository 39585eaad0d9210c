#pragma once

#include <c10/core/TensorImpl.h>

#include <unordered_map>
#include <vector>

namespace gradclinic::torch {

/// Follows a forward pass from operation to operation, and finds where a signal is added to what was computed from it.
class Residuals {
 public:
  /// An operation has made `output`, perhaps in place, of these tensors, which are no parameters.
  void computed(const c10::intrusive_ptr<c10::TensorImpl>& output, const std::vector<c10::TensorImpl*>& inputs,
                bool adds);
  bool found() const { return found_; }

 private:
  /// A tensor as it was at a time: the tensors that it was computed from, by their places.
  using Sources = std::vector<std::size_t>;

  std::size_t place_of(c10::TensorImpl* tensor);
  bool comes_from(std::size_t place, std::size_t source) const;

  std::vector<Sources> sources_;
  std::unordered_map<c10::TensorImpl*, std::size_t> places_;
  std::vector<c10::weak_intrusive_ptr<c10::TensorImpl>> alive_;  // no address is given to another tensor meanwhile
  bool found_ = false;
};

}  // namespace gradclinic::torch
