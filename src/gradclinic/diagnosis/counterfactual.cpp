#include "gradclinic/diagnosis/counterfactual.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "gradclinic/data/shared_data.h"
#include "gradclinic/instruments/watch.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/record/run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/parallel.h"
#include "gradclinic/train/train.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

/// Keeps what surveys say, and ends the run at the first survey from `last_step` on.
class EndingRecorder : public MemoryRecorder {
 public:
  EndingRecorder(std::int64_t last_step, const std::atomic<bool>* stop) : last_step_(last_step), stop_(stop) {}
  const std::atomic<bool>& end() const { return end_; }

  void append(const std::string& table, std::int64_t step, const float* values) override {
    MemoryRecorder::append(table, step, values);
    if ((table == "survey" && step >= last_step_) || (stop_ && stop_->load())) end_ = true;
  }

 private:
  std::int64_t last_step_;
  const std::atomic<bool>* stop_;
  std::atomic<bool> end_ = false;
};

/// Where gradclinic trains itself, with no more gauges than a course takes.
Outcome train_watched(const Spec& spec, const LoadedData& loaded, EndingRecorder& recorder) {
  Generator generator = loaded.generator;
  if (spec.model.kind != "mlp") return run(spec, loaded.split, generator, recorder, &recorder.end());
  Watch watch(recorder, course_gauges());
  Outcome outcome = train(spec, loaded.split, generator, &watch, nullptr, &recorder.end());
  recorder.finish(outcome);
  return outcome;
}

Counterfactual run_one(const Spec& spec, SharedData& data, const CounterfactualOptions& options) {
  Spec watched = spec;
  watched.watch = {.every = 0, .surveys = spec.watch.surveys > 0 ? spec.watch.surveys : WatchSpec{}.surveys};
  const std::shared_ptr<const LoadedData> loaded = data.get(spec);
  Spec sized = spec;  // with what the spec leaves to the data
  sized.data.samples = loaded->split.training.samples();
  sized.data.features = loaded->split.training.features();
  const double share = std::min(1.0, options.work / estimated_work(sized));
  TrainSpec epoch = spec.train;
  epoch.steps = 0, epoch.epochs = 1;
  const std::int64_t batches = planned_steps(epoch, sized.data.samples);
  const double steps = share * static_cast<double>(planned_steps(spec.train, sized.data.samples));
  EndingRecorder recorder(
      share < 1 ? std::max(static_cast<std::int64_t>(steps), batches) : std::numeric_limits<std::int64_t>::max(),
      options.stop);
  const Outcome outcome = train_watched(watched, *loaded, recorder);
  return {read_course(recorder.record()), outcome.steps};
}

Counterfactual run_or_remember(const Spec& spec, SharedData& data, const CounterfactualOptions& options) {
  if (!options.memory) return run_one(spec, data, options);
  const std::string training = fmt::format("{}{}\n{}", to_toml(spec), spec.folder, options.work);
  if (std::optional<Counterfactual> known = options.memory->find(training)) return std::move(*known);
  Counterfactual result = run_one(spec, data, options);
  if (!options.stop || !options.stop->load()) options.memory->keep(training, result);
  return result;
}

}  // namespace

std::optional<Counterfactual> CounterfactualMemory::find(const std::string& training) const {
  const std::scoped_lock lock(mutex_);
  const auto known = results_.find(training);
  return known == results_.end() ? std::nullopt : std::optional(known->second);
}

void CounterfactualMemory::keep(const std::string& training, const Counterfactual& result) {
  const std::scoped_lock lock(mutex_);
  results_.insert_or_assign(training, result);
}

std::vector<Gauge> course_gauges() {
  std::vector<Gauge> gauges = gauges::all();
  std::erase_if(gauges, [](const Gauge& gauge) {
    return gauge.table != "survey" && gauge.table != "data" && !gauge.of_validation;
  });
  return gauges;
}

Spec with(const Spec& spec, const std::vector<Change>& changes) {
  Spec changed = spec;
  for (const Change& change : changes) set_key(changed, change.key, change.value);
  validate(changed, "a changed spec");
  return changed;
}

Spec with_known(const Spec& spec, std::vector<Change> changes) {
  std::erase_if(changes, [](const Change& change) { return !is_key(change.key); });
  return with(spec, changes);
}

std::vector<Counterfactual> carry_out(const Spec& spec, const std::vector<std::vector<Change>>& changes,
                                      const CounterfactualOptions& options) {
  std::vector<Counterfactual> results(changes.size());
  SharedData data(4);
  std::mutex reporting;
  std::int64_t done = 0;
  in_parallel(changes.size(), options.train ? 1 : options.threads, [&](std::size_t i) {
    try {
      results[i] =
          options.train ? options.train(spec, changes[i]) : run_or_remember(with(spec, changes[i]), data, options);
    } catch (const Error&) {
      // The change does not go with this spec: no course.
    }
    const std::scoped_lock lock(reporting);
    ++done;
    if (options.on_progress) options.on_progress(done, static_cast<std::int64_t>(changes.size()));
  });
  return results;
}

}  // namespace gradclinic
