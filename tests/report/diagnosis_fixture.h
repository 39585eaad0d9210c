#pragma once

#include "gradclinic/report/diagnosis_report.h"

namespace gradclinic::testing {

/// A sick training with a chain of three, trials, a note and gaps. Texts with markup in them, numbers without JSON.
Diagnosis diagnosis_fixture();

/// A record of three layers and 100 steps that goes with it.
Record diagnosed_record();

}  // namespace gradclinic::testing
