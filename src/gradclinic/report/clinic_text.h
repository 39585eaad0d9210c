#pragma once

#include <string>
#include <vector>

#include "gradclinic/lab/results.h"

namespace gradclinic {

/// The patients that share a diagnosis, and what their trials say together.
struct CauseAdvice {
  std::string cause;     ///< a pathology's id; "healthy"; "no cause found" where the doctor names none
  std::string headline;  ///< one sentence: the fix proven on most of them, with its numbers and the baseline beside it
  std::vector<std::string> paragraphs = {};  ///< what else is proven, where the best fails, what it costs
  std::vector<int> patients = {};            ///< indices into LabResults::patients
};

/// Patients by cause, those with a proven fix first, the healthy last, else in the order given.
/// The best fix of a cause: proven on the most patients; of equal ones the first patient's best.
std::vector<CauseAdvice> cause_advice(const std::vector<PatientResult>& patients);

/// "batch-norm + he-init"; of a random change "model.norm = layer".
std::string name_of_trial(const TrialResult& trial);

/// "−0.31 (−0.37 to −0.25)".
std::string effect_text(const TrialResult& trial);

/// "gone", "still there", "not looked at".
std::string mechanism_text(const TrialResult& trial);

/// The fix for `cause` that is named best; empty where none is proven.
std::string best_fix(const CauseAdvice& advice, const std::vector<PatientResult>& patients);

}  // namespace gradclinic
