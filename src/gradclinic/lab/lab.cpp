#include "gradclinic/lab/lab.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "gradclinic/data/shared_data.h"
#include "gradclinic/lab/claims.h"
#include "gradclinic/lab/clinic.h"
#include "gradclinic/lab/experiment_result.h"
#include "gradclinic/lab/treatments.h"
#include "gradclinic/record/run.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

constexpr std::int64_t kQuickSeeds = 6;

/// An experiment's runs and the jobs that they come from.
struct Planned {
  ExperimentRuns runs;
  std::vector<std::vector<std::size_t>> jobs;  ///< [cell][seed]
};

Planned plan(const Experiment& experiment, std::int64_t seeds, Jobs& jobs) {
  Planned planned{without_results(experiment, seeds), {}};
  for (const Cell& cell : planned.runs.cells) {
    const std::set<Extract> extracts = extracts_of(experiment, cell);
    planned.jobs.emplace_back();
    for (const std::uint64_t seed : planned.runs.seeds) {
      Spec spec = cell.spec;
      spec.seed = seed;
      planned.jobs.back().push_back(jobs.add(spec, extracts));
    }
  }
  return planned;
}

/// Experiment by experiment, so that an interrupted lab has whole ones; within each the longest first, so that no
/// thread is left alone with a long one, and of equal ones seed by seed, so that settings can be compared early.
std::vector<Job*> in_order(const std::vector<Planned>& planned, Jobs& jobs) {
  std::vector<Job*> ordered;
  std::set<std::size_t> taken;
  for (const Planned& experiment : planned) {
    const auto first = static_cast<std::ptrdiff_t>(ordered.size());
    for (std::size_t seed = 0; seed < experiment.runs.seeds.size(); ++seed)
      for (const std::vector<std::size_t>& cell : experiment.jobs)
        if (taken.insert(cell[seed]).second) ordered.push_back(&jobs.all()[cell[seed]]);
    std::stable_sort(ordered.begin() + first, ordered.end(), [](const Job* one, const Job* other) {
      return estimated_work(one->spec) > estimated_work(other->spec);
    });
  }
  return ordered;
}

void collect(Planned& planned, const Jobs& jobs, std::map<std::string, std::vector<std::string>>& failures) {
  for (std::size_t cell = 0; cell < planned.jobs.size(); ++cell) {
    for (std::size_t seed = 0; seed < planned.jobs[cell].size(); ++seed) {
      const Job& job = jobs[planned.jobs[cell][seed]];
      planned.runs.results[cell][seed] = job.result;
      if (job.error.empty()) continue;
      std::vector<std::string>& labels = failures[job.error];
      const std::string& label = planned.runs.cells[cell].label;
      if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
    }
  }
}

JobOptions job_options(const LabOptions& options) {
  const auto data = std::make_shared<SharedData>(static_cast<std::size_t>(options.jobs) + 1);
  const auto train = [data](const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop) {
    const std::shared_ptr<const LoadedData> loaded = data->get(spec);
    Generator generator = loaded->generator;
    return run(spec, loaded->split, generator, recorder, stop);
  };
  return {.threads = options.jobs,
          .cache = options.cache,
          .program = options.program,
          .stop = options.stop,
          .on_progress = options.on_progress,
          .on_warning = options.on_warning,
          .run = options.run ? options.run : train};
}

ClinicOptions clinic_options(const LabOptions& options) {
  ClinicOptions clinic{.threads = options.jobs,
                       .quick = options.quick,
                       .cache = options.cache,
                       .program = options.program,
                       .stop = options.stop,
                       .on_progress = options.on_patient,
                       .on_warning = options.on_warning};
  if (options.seeds) clinic.seeds = static_cast<int>(std::min<std::int64_t>(clinic.seeds, *options.seeds));
  return clinic;
}

}  // namespace

LabResults run_lab(const std::vector<Experiment>& experiments, const LabOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  LabResults results;
  const Record header = describe_run(Spec{});
  results.started = header.started;
  results.machine = header.machine;
  results.versions = header.versions;

  Jobs jobs;
  std::vector<Planned> planned;
  for (const Experiment& experiment : experiments)
    planned.push_back(plan(experiment, seeds_of(experiment, options), jobs));
  std::vector<Job*> ordered = in_order(planned, jobs);
  carry_out(ordered, job_options(options));

  for (Planned& experiment : planned) {
    std::map<std::string, std::vector<std::string>> failures;
    collect(experiment, jobs, failures);
    results.experiments.push_back(summarize(experiment.runs, failures));
    for (const TreatmentSpec& treatment : experiment.runs.experiment.treatments) {
      const TreatmentResult row = assess(treatment, experiment.runs);
      if (row.pairs > 0) results.treatments.push_back(row);
    }
  }
  adjust_for_all_claims(results.experiments);
  ClinicResults clinic;
  if (const std::vector<Patient> patients = patients_of(experiments); !patients.empty())
    clinic = treat(patients, clinic_options(options));
  results.patients = std::move(clinic.patients);
  results.runs = static_cast<int>(
      std::count_if(jobs.all().begin(), jobs.all().end(), [](const Job& job) { return job.result.has_value(); }));
  results.interrupted = clinic.interrupted || std::any_of(jobs.all().begin(), jobs.all().end(), [](const Job& job) {
                          return !job.result && job.error.empty();
                        });
  results.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return results;
}

std::int64_t seeds_of(const Experiment& experiment, const LabOptions& options) {
  if (options.seeds) return *options.seeds;
  return options.quick ? std::min(experiment.seeds, experiment.quick_seeds.value_or(kQuickSeeds)) : experiment.seeds;
}

}  // namespace gradclinic
