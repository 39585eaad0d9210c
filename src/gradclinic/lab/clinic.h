#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "gradclinic/lab/jobs.h"
#include "gradclinic/lab/results.h"
#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// An untreated setting that fixes are tried on.
struct Patient {
  std::string experiment;  ///< Experiment::id
  std::string setting;     ///< its factors in words: "relu, depth 20, plain"
  Spec spec;               ///< of the experiment's first seed
};

/// The first cell that each treatment of the experiments selects as its patient; the same spec once. Networks of other
/// kinds than mlp are left out: trials on one of them would take longer than all of the course.
std::vector<Patient> patients_of(const std::vector<Experiment>& experiments);

/// How patients are treated.
struct ClinicOptions {
  int threads = 1;
  int seeds = 5;
  bool quick = false;  ///< three fixes by themselves, no pairs; otherwise four and two pairs
  std::string cache;   ///< as JobOptions::cache; the file may be the same
  std::string program;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const LabProgress&)> on_progress;  ///< at the start and after every patient; calls do not overlap
  std::function<void(const std::string&)> on_warning;   ///< a patient could not be treated, a result not be kept
};

/// What became of the patients.
struct ClinicResults {
  std::vector<PatientResult> patients;  ///< in the order given, those that are finished
  bool interrupted = false;
};

/// For every patient: a watched run, the doctor's diagnosis with its probes, and unless it is healthy trials of what
/// the diagnosis suggests. Patients are treated side by side, each on one thread, so that results do not depend on the
/// number of threads (costs apart). With `stop` set, the patients under way are given up and tried anew the next time.
/// Throws StoreError when the cache cannot be opened.
ClinicResults treat(const std::vector<Patient>& patients, const ClinicOptions& options);

}  // namespace gradclinic
