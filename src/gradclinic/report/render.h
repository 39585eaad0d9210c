#pragma once

#include <string>
#include <vector>

#include "gradclinic/lab/results.h"

namespace gradclinic {

/// Writes report.html, report.md, results.json and figures/*.svg into the folder, which is made when missing; returns
/// the paths written. Each file appears whole or not at all: it is written beside its place and renamed. Throws
/// StoreError with the path and the system's reason when that fails; files written before stay.
std::vector<std::string> write_report(const LabResults& results, const std::string& folder);

/// The report in short for a terminal of this width: verdicts, claims, the best fix for each pathology.
std::string terminal_summary(const LabResults& results, bool colour, int columns);

}  // namespace gradclinic
