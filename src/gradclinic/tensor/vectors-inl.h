// For the files of SIMD kernels, which include it after hwy/foreach_target.h: once per instruction set.
#if defined(GRADCLINIC_TENSOR_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADCLINIC_TENSOR_VECTORS_INL_H
#undef GRADCLINIC_TENSOR_VECTORS_INL_H
#else
#define GRADCLINIC_TENSOR_VECTORS_INL_H
#endif

#include <algorithm>

#include "gradclinic/tensor/view.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradclinic::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

constexpr Index kLanes = hn::MaxLanes(Tag());
// Sized for the registers: rows x vectors accumulators, the vectors loaded, one broadcast.
constexpr int kTileRows = HWY_TARGET <= HWY_AVX3 ? 8 : 4;
constexpr int kTileVectors = 3;

/// Keeps the compiler from reading a vector from memory again wherever it is used, which it takes for cheap: with AVX2
/// a tile's products would then wait for loads, of which the core has no more in a cycle than products.
template <class AnyVector>
HWY_INLINE void keep_loaded([[maybe_unused]] AnyVector& vector) {
#if HWY_TARGET == HWY_AVX2
  __asm__("" : "+x"(vector.raw));
#endif
}

/// The first `count` floats, at least 1; the other lanes are 0.
template <class SomeTag>
HWY_INLINE hn::Vec<SomeTag> load_some(SomeTag tag, const float* from, Index count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[kLanes] = {};
  std::copy_n(from, count, lanes);
  return hn::Load(tag, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(tag, static_cast<std::size_t>(count)), tag, from);
#endif
}

template <class SomeTag>
HWY_INLINE void store_some(hn::Vec<SomeTag> values, SomeTag tag, float* to, Index count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[kLanes];
  hn::Store(values, tag, lanes);
  std::copy_n(lanes, count, to);
#else
  hn::BlendedStore(values, hn::FirstN(tag, static_cast<std::size_t>(count)), tag, to);
#endif
}

}  // namespace gradclinic::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
