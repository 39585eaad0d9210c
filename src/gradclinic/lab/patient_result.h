#pragma once

#include <string>

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/fixes/trial.h"
#include "gradclinic/lab/results.h"

namespace gradclinic {

/// What is kept of a diagnosis and its trials; experiment and setting are left for the caller to fill in.
PatientResult reduce(const Diagnosis& diagnosis, const TrialReport& report);

/// As bytes for a cache, and back: bit for bit, NaN and Inf included, without experiment and setting. Throws nlohmann's
/// exceptions on damaged bytes.
std::string to_bytes(const PatientResult& patient);
PatientResult patient_result_from_bytes(const std::string& bytes);

}  // namespace gradclinic
