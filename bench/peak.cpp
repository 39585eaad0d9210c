#include "peak.h"

// See tensor/small_product.cpp.
#define HWY_WANT_AVX3_DL
#include <hwy/highway.h>

#include <algorithm>
#include <chrono>

namespace gradclinic {

namespace hn = hwy::HWY_NAMESPACE;

double measure_peak() {
  constexpr int kChains = 10;  // more than latency times width of any core
  constexpr int kRepeats = 1'000'000;
  const hn::ScalableTag<float> tag;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const auto factor = hn::Set(tag, 0.999F + 1e-6F * static_cast<float>(round));
    auto a = hn::Set(tag, 1.0F), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a;
    const auto begin = std::chrono::steady_clock::now();
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      a = hn::MulAdd(a, factor, factor), b = hn::MulAdd(b, factor, factor), c = hn::MulAdd(c, factor, factor);
      d = hn::MulAdd(d, factor, factor), e = hn::MulAdd(e, factor, factor), f = hn::MulAdd(f, factor, factor);
      g = hn::MulAdd(g, factor, factor), h = hn::MulAdd(h, factor, factor), i = hn::MulAdd(i, factor, factor);
      j = hn::MulAdd(j, factor, factor);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const auto sum =
        hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, d)), hn::Add(hn::Add(e, f), hn::Add(g, hn::Add(h, hn::Add(i, j)))));
    volatile float used = hn::GetLane(sum);
    (void)used;
    best = std::max(best, 2.0 * kChains * kRepeats * static_cast<double>(hn::Lanes(tag)) / seconds * 1e-9);
  }
  return best;
}

}  // namespace gradclinic
