#include "gradclinic/fixes/assessment.h"

#include <cmath>

#include "gradclinic/support/rank_sum.h"

namespace gradclinic {
namespace {

std::vector<double> badnesses(OutcomeMeasure measure, const std::vector<Course>& courses) {
  std::vector<double> all;
  for (const Course& course : courses) all.push_back(badness(measure, course));
  return all;
}

}  // namespace

double median_value(OutcomeMeasure measure, const std::vector<Course>& courses) {
  std::vector<double> all;
  for (const Course& course : courses) all.push_back(value_of(measure, course));
  return median(all);
}

Assessment assess(OutcomeMeasure measure, const std::vector<Course>& treated, const std::vector<Course>& untreated) {
  std::vector<double> effects;
  std::vector<double> gains;
  for (std::size_t seed = 0; seed < treated.size(); ++seed) {
    const double before = value_of(measure, untreated[seed]);
    const double after = value_of(measure, treated[seed]);
    effects.push_back(before == after ? 0 : after - before);  // both may be infinite
    gains.push_back(gap(measure, untreated[seed], treated[seed]) - gap(measure, treated[seed], untreated[seed]));
  }
  const double reachable = 1 - std::pow(2.0, 1.0 - static_cast<double>(effects.size()));
  return {.outcome = median_value(measure, treated),
          .effect = median(effects),
          .interval = median_interval(effects, std::min(0.95, reachable)),
          .p = treated.size() == untreated.size()
                   ? rank_sum_test_below(badnesses(measure, treated), badnesses(measure, untreated))
                   : 1,
          .gain = median(gains)};
}

}  // namespace gradclinic
