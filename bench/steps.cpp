// bench_steps peak | DEPTH WIDTH BATCH STEPS ROUNDS: prints what bench/run compares, one JSON object.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "gradclinic/instruments/watch.h"
#include "gradclinic/tensor/blas.h"
#include "gradclinic/train/train.h"
#include "peak.h"

using namespace gradclinic;

namespace {

/// Takes what the instruments read and drops it.
class Drop : public Sink {
 public:
  void open_table(const std::string&, const std::vector<Column>&) override {}
  void append(const std::string&, std::int64_t, const float*) override {}
  void add_event(const Event&) override {}
};

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Timing {
  double microseconds = 0;  // of this thread's processor time, per step
  double loss = 0;
};

Timing time_steps(const Spec& spec, Observer* observer) {
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  const double begin = thread_seconds();
  const Outcome outcome = train(spec, data, generator, observer);
  return {1e6 * (thread_seconds() - begin) / static_cast<double>(outcome.steps), outcome.final_loss};
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  use_one_blas_thread();
  if (argc == 2) {
    fmt::print("{{\"peak\": {:.1f}}}\n", measure_peak());
    return 0;
  }
  if (argc != 6) return 2;
  Spec spec;
  spec.model.depth = std::atoll(argv[1]);
  spec.model.width = std::atoll(argv[2]);
  spec.data.samples = std::atoll(argv[3]);
  spec.train.steps = std::atoll(argv[4]);
  std::vector<double> off;
  std::vector<double> ratios;
  double loss = 0;
  for (int round = 0; round < std::atoi(argv[5]); ++round) {
    const Timing plain = time_steps(spec, nullptr);
    Drop drop;
    Watch watch(drop);
    const Timing watched = time_steps(spec, &watch);
    off.push_back(plain.microseconds);
    ratios.push_back(watched.microseconds / plain.microseconds);
    loss = plain.loss;
  }
  fmt::print("{{\"microseconds\": {:.4f}, \"watched\": {:.4f}, \"loss\": {:.9g}}}\n", median(off), median(ratios),
             loss);
}
