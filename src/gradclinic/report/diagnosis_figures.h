#pragma once

#include <vector>

#include "gradclinic/lab/results.h"
#include "gradclinic/report/diagnosis_report.h"

namespace gradclinic {

/// What the record holds of a diagnosis's evidence: losses over steps beside the constant prediction's; accuracies; and
/// for each quantity that a finding's or note's pathology needs, its first and last values by layer and its course in a
/// few layers, or its course alone where it is of the whole network. Without findings and notes the flow of gradients
/// and the update ratios. Curves of one run: no bands.
std::vector<Figure> diagnosis_figures(const DiagnosisReport& report);

}  // namespace gradclinic
