#include "gradclinic/instruments/ending.h"

#include <fmt/format.h>

#include <cmath>

namespace gradclinic {

std::optional<Event> ending(const Outcome& outcome) {
  const auto event = [&](const std::string& text) { return Event{outcome.steps, outcome.status, 0, text}; };
  if (outcome.status == "diverged")
    return event(
        fmt::format("the loss is {} after {} steps", std::isnan(outcome.final_loss) ? "NaN" : "Inf", outcome.steps));
  if (outcome.status == "interrupted") return event(fmt::format("stopped after {} steps", outcome.steps));
  return std::nullopt;
}

}  // namespace gradclinic
