#include "gradclinic/watched_run.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

#include "gradclinic/data/dataset.h"
#include "gradclinic/record/run.h"
#include "gradclinic/record/store.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

/// Keeps a run in memory and, with a second recorder, there too; tells progress.
class WatchedRecorder : public MemoryRecorder {
 public:
  WatchedRecorder(Recorder* second, std::int64_t steps) : second_(second), steps_(steps), counter_("steps") {}

  void begin(const Record& header) override {
    MemoryRecorder::begin(header);
    if (second_) second_->begin(header);
  }
  void open_table(const std::string& table, const std::vector<Column>& columns) override {
    MemoryRecorder::open_table(table, columns);
    if (second_) second_->open_table(table, columns);
  }
  void append(const std::string& table, std::int64_t step, const float* values) override {
    MemoryRecorder::append(table, step, values);
    if (second_) second_->append(table, step, values);
    if (table == "step") counter_.show(step + 1, steps_);
  }
  void add_event(const Event& event) override {
    MemoryRecorder::add_event(event);
    if (second_) second_->add_event(event);
  }
  void finish(const Outcome& outcome) override {
    MemoryRecorder::finish(outcome);
    if (second_) second_->finish(outcome);
    counter_.finish();
  }

 private:
  Recorder* second_;
  std::int64_t steps_;
  Counter counter_;
};

std::int64_t steps_of(const Spec& spec, Index samples) {
  constexpr std::int64_t kDefaultEpochs = 200;
  if (spec.train.steps > 0) return spec.train.steps;
  const std::int64_t batches = spec.train.batch > 0 ? (samples + spec.train.batch - 1) / spec.train.batch : 1;
  return batches * (spec.train.epochs > 0 ? spec.train.epochs : kDefaultEpochs);
}

}  // namespace

void Counter::show(std::int64_t done, std::int64_t all) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started_;
  const double rate = static_cast<double>(done) / std::max(seconds.count(), 1e-9);
  line_.show({.done = done,
              .total = std::max(done, all),
              .runs_per_second = rate,
              .seconds_left = static_cast<double>(all - done) / rate});
}

Record run_watched(const Spec& spec, const std::string& store_path, const std::atomic<bool>& stop) {
  Spec watched = spec;
  if (watched.watch.every == 0) watched.watch.every = WatchSpec{}.every;
  if (watched.watch.surveys == 0) watched.watch.surveys = WatchSpec{}.surveys;
  std::unique_ptr<Store> store;
  std::unique_ptr<Store::RunRecorder> kept;
  try {
    Generator generator(watched.seed);
    const Split data = load_data(watched, generator);
    if (!store_path.empty()) {
      store = std::make_unique<Store>(store_path);
      kept = store->new_run();
    }
    WatchedRecorder recorder(kept.get(), steps_of(watched, data.training.samples()));
    run(watched, data, generator, recorder, &stop);
    return recorder.take();
  } catch (const std::bad_alloc&) {
    throw RunFailed("run", "the network and its data do not fit into memory", spec.name,
                    "fewer samples, a smaller batch or a narrower network");
  }
}

}  // namespace gradclinic
