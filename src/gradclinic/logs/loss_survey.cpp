#include "gradclinic/logs/loss_survey.h"

#include <cmath>

#include "gradclinic/support/statistics.h"

namespace gradclinic {

Table survey_of(const Series& loss) {
  Table table{.columns = {{"survey.loss", 0}}};
  const std::size_t rows = loss.steps.size();
  if (rows <= kLogSurveys) {
    table.steps = loss.steps;
    table.values = loss.values;
    return table;
  }
  table.steps = {loss.steps.front()};
  table.values = {loss.values.front()};
  for (std::size_t part = 0; part < kLogSurveys; ++part) {
    const std::size_t begin = part * rows / kLogSurveys, end = (part + 1) * rows / kLogSurveys;
    std::vector<double> finite;
    for (std::size_t row = begin; row < end; ++row)
      if (std::isfinite(loss.values[row])) finite.push_back(loss.values[row]);
    const bool mostly = 2 * finite.size() > end - begin;
    table.steps.push_back(loss.steps[end - 1]);
    table.values.push_back(mostly ? static_cast<float>(median(std::move(finite))) : std::nanf(""));
  }
  if (!std::isfinite(loss.values.back())) table.values.back() = loss.values.back();
  return table;
}

}  // namespace gradclinic
