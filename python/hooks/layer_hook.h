#pragma once

#include "eye.h"

namespace gradclinic::python {

/// Makes the type of layer hooks; once, when the module is imported.
void make_layer_hook_type();

/// A module's forward hook that shows an eye what layer `module` has returned, and its input as the activation of
/// layer `reads` (-1: of none). `slow`: the hook in Python, which is called for what is no plain tensor, and pickled
/// in place of this one.
pybind11::object make_layer_hook(std::shared_ptr<Eye> eye, pybind11::object slow, int module, bool channels_first,
                                 bool norm_follows, int reads, bool reads_channels_first);

}  // namespace gradclinic::python
