#include <fmt/format.h>

#include "clocks.h"
#include "gradclinic/instruments/watch.h"
#include "gradclinic/train/train.h"
#include "measurements.h"

namespace gradclinic {
namespace {

/// Takes what the instruments read and drops it.
class Drop : public Sink {
 public:
  void open_table(const std::string&, const std::vector<Column>&) override {}
  void append(const std::string&, std::int64_t, const float*) override {}
  void add_event(const Event&) override {}
};

/// The time from the update of step `warm` to the last one: whole steps, and nothing that a run sets up.
class Stopwatch : public Intervention {
 public:
  explicit Stopwatch(Index warm) : warm_(warm) {}
  void before_update(const Training& training, std::int64_t step, double&) override {
    if (step == warm_) begin_ = Moment::now();
    if (step + 1 == training.total_steps) spent_ = Moment::now() - begin_;
  }
  Moment spent() const { return spent_; }

 private:
  Index warm_;
  Moment begin_;
  Moment spent_;
};

}  // namespace

std::string measure_step(const Size& size, Index warm, Index steps, bool watched) {
  constexpr double kSeconds = 0.05;
  Spec spec;
  spec.model.depth = size.depth;
  spec.model.width = size.width;
  spec.data.samples = size.batch;
  spec.train.steps = warm + steps;
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  Moment spent;
  Index timed = 0;
  double loss = 0;
  while (spent.cpu < kSeconds) {
    Generator weights = generator;
    Drop drop;
    spec.watch.surveys = 0;  // a fixed number a run, whatever its length: no part of a step
    Watch watch(drop);
    Stopwatch stopwatch(warm);
    loss = train(spec, data, weights, watched ? &watch : nullptr, &stopwatch).final_loss;
    spent = spent + stopwatch.spent();
    timed += steps - 1;
  }
  const double share = 1e6 / static_cast<double>(timed);
  return fmt::format(R"({{"wall": {:.5g}, "cpu": {:.5g}, "loss": {:.9g}}})", spent.wall * share, spent.cpu * share,
                     loss);
}

}  // namespace gradclinic
