#pragma once

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/logs/log.h"

namespace gradclinic {

/// Judges a training from its log, of which neither the network nor the data are known and nothing can be tried.
/// Sick: the loss stops being finite or ends far above where it began; it never leaves where it began; what was learned
/// of the samples held out is lost again. The cause is the finding with the strongest evidence for it. Healthy: the
/// training loss has fallen to a tenth, so that little is left to learn, a held-out loss or accuracy is logged and near
/// its best, gradient norms by layer are logged, and nothing speaks against it. Anything else is undecided, and the
/// summary says why. Losses are in units of the first one, as that of a constant prediction is not known. Gaps say so,
/// and what else the log does not show: tags that were not read, pathologies that could not be looked for.
Diagnosis examine_log(const Log& log);

}  // namespace gradclinic
