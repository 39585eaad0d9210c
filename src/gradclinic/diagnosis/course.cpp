#include "gradclinic/diagnosis/course.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

/// Ended this far above the constant prediction's loss, and above where it began: it diverged, if to a finite number.
constexpr double kFarAbove = 3;
/// Of the first loss: what losses that are not understood fall by at least, to tell a fall from none.
constexpr double kLeastFall = 0.05;
/// What such losses have to fall by to tell anything: of the first, and of what they change by from survey to survey.
constexpr double kTellingFall = 0.1;
constexpr double kTellingChange = 3;
/// Over the fall to the lowest loss: the unit of losses below 0, in which none comes near 0.
constexpr double kRoom = 1.25;

double first_of(const Record& record, const std::string& quantity) {
  const Series series = record.series(quantity);
  return series.values.empty() ? 0 : series.values.front();
}

std::vector<Point> read_points(const Record& record, const std::string& loss, const std::string& accuracy) {
  const Series losses = record.series(loss);
  const Series accuracies = record.series(accuracy);
  std::vector<Point> points;
  for (std::size_t i = 0; i < losses.values.size(); ++i)
    points.push_back(
        {losses.steps[i], losses.values[i], i < accuracies.values.size() ? accuracies.values[i] : std::nan("")});
  return points;
}

/// Of a course whose losses are still as they were recorded.
void choose_unit(const Record& record, Course& course) {
  const double constant = first_of(record, "data.constant_loss");
  course.constant_loss = constant > 0 ? constant : 1;
  course.of_first = std::isnan(first_of(record, "data.target_deviation"));
  if (!course.of_first || course.empty()) return;
  const double first = course.training.front().loss;
  const double lowest = Course::best(course.training).loss;
  const double fall = std::max(first - lowest, kLeastFall * std::abs(first));
  if (!(lowest <= 0 && fall > 0 && std::isfinite(fall))) return;
  course.constant_loss = kRoom * fall;
  course.zero_loss = first - course.constant_loss;
}

/// Of a course whose losses are in their unit.
double telling_fall(const Course& course) {
  std::vector<double> changes;
  for (std::size_t i = 1; i < course.training.size(); ++i)
    changes.push_back(std::abs(course.training[i].loss - course.training[i - 1].loss));
  const double change = changes.empty() ? 0 : median(std::move(changes));
  return std::max(kTellingFall, kTellingChange * change);
}

void measure_in(double zero, double unit, std::vector<Point>& points) {
  for (Point& point : points) point.loss = (point.loss - zero) / unit;
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

bool Course::falls() const {
  return std::ranges::any_of(training, [this](const Point& point) { return point.loss <= 1 - least_fall; });
}

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
  course.held_out = first_of(record, "data.held_out");
  course.training = read_points(record, "survey.loss", "survey.accuracy");
  course.validation = read_points(record, "validation_loss", "validation_accuracy");
  if (alike) {
    course.constant_loss = alike->constant_loss;
    course.zero_loss = alike->zero_loss;
    course.of_first = alike->of_first;
    course.least_fall = alike->least_fall;
  } else {
    choose_unit(record, course);
  }
  measure_in(course.zero_loss, course.constant_loss, course.training);
  if (!alike && course.of_first) course.least_fall = telling_fall(course);
  for (Point& point : course.validation) ++point.step;  // the loop names the update; surveys count updates done
  course.validation_unit = alike ? alike->validation_unit : validation_unit(record, course);
  measure_in(course.zero_loss, course.validation_unit, course.validation);
  course.diverged = record.outcome.status == "diverged";
  if (!course.empty()) {
    const double last = course.last().loss;
    course.diverged |= !std::isfinite(last) || (last > kFarAbove && last > kFarAbove * course.training.front().loss);
  }
  return course;
}

}  // namespace gradclinic
