#pragma once

#include <memory>
#include <span>
#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/train/observer.h"

namespace gradclinic {

/// Signal and noise of a gradient, estimated without bias from equal parts of a batch (McCandlish et al. 2018, An
/// Empirical Model of Large-Batch Training, appendix A.1): with g the gradient on one part of b samples, G on all B,
///     signal   = (B |G|^2 - b mean |g|^2) / (B - b)           estimates the squared norm of the true gradient
///     variance = (mean |g|^2 - |G|^2) / (1/b - 1/B)           estimates the trace of one sample's gradient covariance
/// Signal can come out below 0 where noise drowns it.
struct GradientNoise {
  double signal = 0;
  double variance = 0;
  /// Samples at which noise equals signal: the critical batch size; Inf where no signal is seen.
  double scale() const;
  /// Signal to noise of a batch of that many samples.
  double signal_to_noise(double batch) const { return batch * signal / variance; }
};

/// From the squared norms of the gradients on parts of so many samples (their mean) and on all samples of a batch.
GradientNoise estimate_noise(double part_squares, double whole_squares, double part, double whole);

/// The columns of the gauge: signal, variance, scale and signal to noise of the whole network and of each layer.
std::vector<Column> gradient_noise_columns(int depth);
/// Fills them, from one entry for the network and each layer of it, for a batch of so many samples.
void write_gradient_noise(std::span<const GradientNoise> noises, double batch, float* values);

/// Parts that a batch is cut into; of fewer than two samples each there are fewer.
inline constexpr Index kNoiseParts = 8;

/// Estimates on a network of its own, in training mode.
class GradientNoiseMeter {
 public:
  explicit GradientNoiseMeter(const Training& training);
  ~GradientNoiseMeter();
  GradientNoiseMeter(GradientNoiseMeter&&) noexcept;

  /// At the network's present parameters, over kNoiseParts equal parts of the batch (fewer when it has not two samples
  /// for each; a rest is left out). Entry 0 is the whole network, entry l the linear layer l with its norm. All NaN for
  /// fewer than 4 samples. Dropout is drawn anew for each part; batch norm sees a part's own statistics.
  const std::vector<GradientNoise>& estimate(const Training& training, View<const float> inputs,
                                             View<const float> targets);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic
