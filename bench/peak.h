#pragma once

namespace gradclinic {

/// The core's single-precision peak in GFLOP/s: independent fused multiply-adds in registers, widest vectors, best of
/// a few rounds. Takes about 50 ms.
double measure_peak();

}  // namespace gradclinic
