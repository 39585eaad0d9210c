#include "peak.h"

// See tensor/small_product.cpp.
#define HWY_WANT_AVX3_DL
#include <hwy/highway.h>

#include <algorithm>

#include "clocks.h"

namespace gradclinic {

namespace hn = hwy::HWY_NAMESPACE;

double measure_peak() {
  constexpr int kChains = 10;  // more than latency times width of any core
  constexpr int kRepeats = 1'000'000;
  const hn::ScalableTag<float> tag;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const auto factor = hn::Set(tag, 0.999F + 1e-6F * static_cast<float>(round));
    // Every chain starts elsewhere: of equal ones the compiler computes a single one.
    auto a = hn::Set(tag, 1.0F), b = hn::Set(tag, 2.0F), c = hn::Set(tag, 3.0F), d = hn::Set(tag, 4.0F),
         e = hn::Set(tag, 5.0F), f = hn::Set(tag, 6.0F), g = hn::Set(tag, 7.0F), h = hn::Set(tag, 8.0F),
         i = hn::Set(tag, 9.0F), j = hn::Set(tag, 10.0F);
    const double begin = Moment::now().cpu;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      a = hn::MulAdd(a, factor, factor), b = hn::MulAdd(b, factor, factor), c = hn::MulAdd(c, factor, factor);
      d = hn::MulAdd(d, factor, factor), e = hn::MulAdd(e, factor, factor), f = hn::MulAdd(f, factor, factor);
      g = hn::MulAdd(g, factor, factor), h = hn::MulAdd(h, factor, factor), i = hn::MulAdd(i, factor, factor);
      j = hn::MulAdd(j, factor, factor);
    }
    const double seconds = Moment::now().cpu - begin;
    const auto sum =
        hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, d)), hn::Add(hn::Add(e, f), hn::Add(g, hn::Add(h, hn::Add(i, j)))));
    volatile float used = hn::GetLane(sum);
    (void)used;
    best = std::max(best, 2.0 * kChains * kRepeats * static_cast<double>(hn::Lanes(tag)) / seconds * 1e-9);
  }
  return best;
}

}  // namespace gradclinic
