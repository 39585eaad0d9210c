#pragma once

#include <optional>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/train/outcome.h"

namespace gradclinic {

/// The event that a run ends with: "diverged" or "interrupted"; none where it finished.
std::optional<Event> ending(const Outcome& outcome);

}  // namespace gradclinic
