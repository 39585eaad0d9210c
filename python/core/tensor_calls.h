#pragma once

#include <pybind11/pybind11.h>

namespace gradclinic::python {

/// Adds to the module what is called for the tensors of a step, by Python's fastest call, with the tensors themselves:
/// `see` of one, `keep`, `see_weights` and `norm_of` of lists. Each returns False (None: norm_of) and does nothing
/// where a tensor is not float, contiguous and in the processor's memory; the caller makes a copy that is. Runs come as
/// OutsideRun.address. CALLS is a capsule of CoreCalls.
void add_tensor_calls(pybind11::module_& module);

}  // namespace gradclinic::python
