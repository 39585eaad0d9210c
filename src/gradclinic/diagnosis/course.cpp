#include "gradclinic/diagnosis/course.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

/// Ended this far above the constant prediction's loss, and above where it began: it diverged, if to a finite number.
constexpr double kFarAbove = 3;

double first_of(const Record& record, const std::string& quantity) {
  const Series series = record.series(quantity);
  return series.values.empty() ? 0 : series.values.front();
}

std::vector<Point> read_points(const Record& record, const std::string& loss, const std::string& accuracy,
                               double unit) {
  const Series losses = record.series(loss);
  const Series accuracies = record.series(accuracy);
  std::vector<Point> points;
  for (std::size_t i = 0; i < losses.values.size(); ++i)
    points.push_back(
        {losses.steps[i], losses.values[i] / unit, i < accuracies.values.size() ? accuracies.values[i] : std::nan("")});
  return points;
}

/// Of a course whose losses on samples held out are still as the loop gave them.
double validation_unit(const Record& record, const Course& course) {
  if (first_of(record, "data.loss_summed") != 1 || course.empty() || course.validation.empty())
    return course.constant_loss;
  std::vector<double> units;
  for (const Point& point : course.validation) {
    const double unit = point.loss / Course::at(course.training, point.step).loss;
    if (std::isfinite(unit) && unit > 0) units.push_back(unit);
  }
  return units.empty() ? course.constant_loss : median(std::move(units));
}

}  // namespace

const Point& Course::at(const std::vector<Point>& points, std::int64_t step) {
  const auto after = std::find_if(points.begin(), points.end(), [&](const Point& point) { return point.step > step; });
  return after == points.begin() ? *after : *(after - 1);
}

const Point& Course::best(const std::vector<Point>& points) {
  return *std::min_element(points.begin(), points.end(), [](const Point& one, const Point& other) {
    return std::isfinite(one.loss) && (!std::isfinite(other.loss) || one.loss < other.loss);
  });
}

Course read_course(const Record& record, const Course* alike) {
  Course course;
  const double constant = alike ? alike->constant_loss : first_of(record, "data.constant_loss");
  course.constant_loss = constant > 0 ? constant : 1;
  course.held_out = first_of(record, "data.held_out");
  course.training = read_points(record, "survey.loss", "survey.accuracy", course.constant_loss);
  course.validation = read_points(record, "validation_loss", "validation_accuracy", 1);
  for (Point& point : course.validation) ++point.step;  // the loop names the update; surveys count updates done
  course.validation_unit = alike ? alike->validation_unit : validation_unit(record, course);
  for (Point& point : course.validation) point.loss /= course.validation_unit;
  course.diverged = record.outcome.status == "diverged";
  if (!course.empty()) {
    const double last = course.last().loss;
    course.diverged |= !std::isfinite(last) || (last > kFarAbove && last > kFarAbove * course.training.front().loss);
  }
  return course;
}

}  // namespace gradclinic
