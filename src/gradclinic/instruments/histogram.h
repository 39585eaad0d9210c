#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// A histogram of magnitudes on fixed bins, powers of 4: comparable over layers, steps and runs without a rescaling,
/// and fine enough to see gradients vanish. Bins in order: "zero"; "below": 0 < |x| < 2^-40; then "-40", "-38", ...
/// "14": 2^k <= |x| < 2^(k+2); "above": 2^16 and more; "non_finite". Each holds the share of the tensor's entries.
inline constexpr int kFirstExponent = -40;
inline constexpr int kLastExponent = 16;
inline constexpr int kExponentStep = 2;
inline constexpr int kHistogramBins = (kLastExponent - kFirstExponent) / kExponentStep + 4;

/// The bins' names, in order.
const std::vector<std::string>& histogram_bin_names();

/// The columns of table "histograms": of each quantity, of each layer that has it, the bins: "weight.histogram.-10".
std::vector<Column> histogram_columns(int depth);

/// Fills `bins`, which has kHistogramBins entries; they are NaN for an empty tensor.
void fill_histogram(View<const float> values, std::span<float> bins);

}  // namespace gradclinic
