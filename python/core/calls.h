#pragma once

#include <cstdint>

namespace gradclinic::python {

/// What the module of PyTorch hooks calls in the core, handed over as the capsule core.CALLS: plain types only, as
/// PyTorch may come with another standard library's strings.
struct CoreCalls {
  /// OutsideWatch::see of a tensor of such sizes: channels are the units of images, the last axis those of others.
  /// False, with a Python exception set, where that throws.
  bool (*see)(void* run, int quantity, int module, const float* data, const std::int64_t* sizes, int axes,
              bool channels_first);
  /// Sees a weight's gradient as that of so many modules; its L2 norm.
  double (*see_gradient)(void* run, const int* modules, int count, const float* data, std::int64_t size);
  /// OutsideWatch::keep and ::see_weights.
  void (*keep)(void* run, int module, const float* data, std::int64_t size);
  void (*see_weights)(void* run, int module, const float* data, std::int64_t size);
};

constexpr const char* kCallsName = "gradclinic.core.CALLS";

}  // namespace gradclinic::python
