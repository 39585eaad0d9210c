#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gradclinic/fixes/midway_trial.h"
#include "gradclinic/fixes/trial.h"
#include "gradclinic/support/error.h"

namespace gradclinic {

/// What `gradclinic fix` prints: the diagnosis in a line, the fixes as a table, the random baseline's row, and the
/// proven fix with its diff and PyTorch lines.
std::string fix_text(const Spec& spec, const Diagnosis& diagnosis, const TrialReport& report);
/// The same of fixes tried from the middle of the run.
std::string midway_text(const Diagnosis& diagnosis, const MidwayReport& report);

/// `interrupted`, else `ok` where a fix is proven or there is nothing to fix, else `sick`.
ExitCode exit_code_of(const Diagnosis& diagnosis, const TrialReport& report);

/// What the texts say, in full (docs/fix.schema.json); null stands for numbers beyond JSON.
nlohmann::json fix_json(const Spec& spec, const Diagnosis& diagnosis, const TrialReport& report);
nlohmann::json midway_json(const Spec& spec, const Diagnosis& diagnosis, const MidwayReport& report);

}  // namespace gradclinic
