#pragma once

namespace gradclinic {

/// Measures the BLAS (a few milliseconds) and says so on standard error when it is a slow one, with the figure and the
/// remedy. For commands that train.
void warn_of_slow_blas();

}  // namespace gradclinic
