#include "gradclinic/lab/clinic.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/fixes/trial.h"
#include "gradclinic/lab/patient_result.h"
#include "gradclinic/lab/words.h"
#include "gradclinic/record/cache.h"
#include "gradclinic/record/run.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/parallel.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

// Half of what `fix` tries, so that the trials take no more than half as long as the lab's runs.
constexpr std::size_t kSingles = 4;
constexpr std::size_t kPairs = 2;
constexpr std::size_t kQuickSingles = 3;

Selection selection_of(const Cell& cell) {
  Selection selection;
  for (const auto& [factor, label] : cell.factors) selection[factor] = {label};
  return selection;
}

TrialOptions trial_options(const ClinicOptions& options) {
  return {.seeds = options.seeds,
          .most_singles = options.quick ? kQuickSingles : kSingles,
          .most_pairs = options.quick ? 0 : kPairs,
          .stop = options.stop};
}

class Clinic {
 public:
  Clinic(const std::vector<Patient>& patients, const ClinicOptions& options)
      : patients_(patients), options_(options), trials_(trial_options(options)), results_(patients.size()) {
    if (!options.cache.empty()) cache_ = std::make_unique<Cache>(options.cache);
    progress_.total = static_cast<std::int64_t>(patients.size());
  }

  ClinicResults run() {
    take_from_cache();
    report();
    in_parallel(open_.size(), options_.threads, [this](std::size_t next) { work(open_[next]); });
    ClinicResults results{.interrupted = progress_.done + progress_.failed < progress_.total};
    for (std::optional<PatientResult>& result : results_)
      if (result) results.patients.push_back(std::move(*result));
    return results;
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  std::string key_of(const Patient& patient) const {
    return fmt::format("{}\npatient: {} seeds, {} fixes, {} pairs\n{}", options_.program, trials_.seeds,
                       trials_.most_singles, trials_.most_pairs, identity_of(patient.spec));
  }

  /// The longest of the others first, so that no thread is left alone with a long one.
  void take_from_cache() {
    for (std::size_t i = 0; i < patients_.size(); ++i) {
      const std::optional<std::string> bytes = cache_ ? cache_->get(key_of(patients_[i])) : std::nullopt;
      if (!bytes) {
        open_.push_back(i);
        continue;
      }
      finish(i, patient_result_from_bytes(*bytes));
      ++progress_.cached;
    }
    std::ranges::stable_sort(open_, std::ranges::greater{},
                             [this](std::size_t i) { return estimated_work(patients_[i].spec); });
  }

  void work(std::size_t i) {
    if (stopped()) return;
    try {
      const PatientResult result = examine(patients_[i].spec);
      if (stopped()) return;
      const std::lock_guard lock(mutex_);
      finish(i, result);
      keep(patients_[i], result);
      report();
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      ++progress_.failed;
      warn(
          fmt::format("no fixes are tried on {}, {}: {}", patients_[i].experiment, patients_[i].setting, error.what()));
      report();
    }
  }

  PatientResult examine(const Spec& spec) const {
    MemoryRecorder recorder;
    gradclinic::run(spec, recorder, options_.stop);
    const auto memory = std::make_shared<CounterfactualMemory>();
    const Diagnosis diagnosis =
        diagnose(recorder.record(), {.folder = spec.folder, .trials = {.stop = options_.stop, .memory = memory}});
    if (stopped()) return {};
    TrialOptions trials = trials_;
    trials.memory = memory;
    return reduce(diagnosis, try_fixes(spec, recorder.record(), diagnosis, trials));
  }

  void finish(std::size_t i, PatientResult result) {
    result.experiment = patients_[i].experiment;
    result.setting = patients_[i].setting;
    results_[i] = std::move(result);
    ++progress_.done;
  }

  void keep(const Patient& patient, const PatientResult& result) {
    if (!cache_) return;
    try {
      cache_->put(key_of(patient), to_bytes(result));
    } catch (const StoreError& error) {
      cache_.reset();
      warn(std::string("patients are not kept for the next time: ") + error.what());
    }
  }

  void warn(const std::string& text) const {
    if (options_.on_warning) options_.on_warning(text);
  }

  void report() {
    if (!options_.on_progress) return;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    const auto treated = static_cast<double>(progress_.done - progress_.cached);
    const auto left = static_cast<double>(progress_.total - progress_.done - progress_.failed);
    progress_.runs_per_second = treated > 0 ? treated / elapsed.count() : 0;
    progress_.seconds_left = treated > 0 ? elapsed.count() * left / treated : std::nan("");
    options_.on_progress(progress_);
  }

  const std::vector<Patient>& patients_;
  const ClinicOptions& options_;
  const TrialOptions trials_;
  std::vector<std::optional<PatientResult>> results_;
  std::unique_ptr<Cache> cache_;
  std::vector<std::size_t> open_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  LabProgress progress_;
};

}  // namespace

std::vector<Patient> patients_of(const std::vector<Experiment>& experiments) {
  std::vector<Patient> patients;
  std::set<std::string> known;
  for (const Experiment& experiment : experiments) {
    std::vector<Cell> all = cells(experiment);
    std::erase_if(all, [](const Cell& cell) { return cell.spec.model.kind != "mlp"; });
    for (const TreatmentSpec& treatment : experiment.treatments) {
      const auto cell =
          std::ranges::find_if(all, [&](const Cell& candidate) { return selects(treatment.patient, candidate); });
      if (cell != all.end() && known.insert(identity_of(cell->spec)).second)
        patients.push_back({experiment.id, selection_text(experiment, selection_of(*cell)), cell->spec});
    }
  }
  return patients;
}

ClinicResults treat(const std::vector<Patient>& patients, const ClinicOptions& options) {
  return Clinic(patients, options).run();
}

}  // namespace gradclinic
