#include "gradclinic/support/rank_sum.h"

#include <numeric>
#include <vector>

namespace gradclinic {
namespace {

/// How many orders of `first` and `second` values have each number of pairs in order.
std::vector<double> orders(std::size_t first, std::size_t second) {
  std::vector<std::vector<double>> row(first + 1, {1});
  for (std::size_t n = 1; n <= second; ++n) {
    std::vector<std::vector<double>> next(first + 1, {1});
    for (std::size_t m = 1; m <= first; ++m) {
      // The largest value is one of the second, above all of the first, or one of the first, below none.
      next[m].assign(m * n + 1, 0);
      for (std::size_t u = 0; u < row[m].size(); ++u) next[m][u + m] += row[m][u];
      for (std::size_t u = 0; u < next[m - 1].size(); ++u) next[m][u] += next[m - 1][u];
    }
    row = std::move(next);
  }
  return row[first];
}

}  // namespace

double rank_sum_test_below(std::span<const double> lower, std::span<const double> upper) {
  std::size_t in_order = 0;
  for (const double low : lower)
    for (const double high : upper) in_order += low < high ? 1 : 0;
  const std::vector<double> counts = orders(lower.size(), upper.size());
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  return std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(in_order), counts.end(), 0.0) / all;
}

}  // namespace gradclinic
