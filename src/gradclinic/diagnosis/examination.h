#pragma once

#include "gradclinic/diagnosis/doctor.h"

namespace gradclinic {

/// diagnose() for a record from anywhere: killed, damaged, cut short, of another machine. Says as gaps what the record
/// or the data did not allow: a run that ended early is judged as far as it goes; where the spec's data cannot be
/// loaded there are no trials.
/// Throws BadInput when the record's spec cannot be read.
Diagnosis examine_record(const Record& record, DoctorOptions options);

/// Steps done: of the outcome, or, where the run was killed before it had one, as far as its tables go.
std::int64_t steps_done(const Record& record);

}  // namespace gradclinic
