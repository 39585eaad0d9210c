#include "gradclinic/fixes/pilot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/fixes/steps.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

constexpr double kShare = 0.25;
constexpr double kNearlyAsMuch = 0.9;
constexpr double kEnough = 0.98;
constexpr double kAnything = 0.005;  // of the constant prediction's loss

double learned_by(const Course& course, const Point& point) {
  const double first = course.training.front().loss;
  // What an untrained network predicts may be far worse than a constant; getting there is not learning.
  return (std::isfinite(first) ? std::min(first, 1.0) : 1.0) - point.loss;
}

}  // namespace

double RangeTest::choose(double low, double high) const {
  double most = 0;
  for (std::size_t i = 0; i < rates.size(); ++i)
    if (rates[i] >= low && rates[i] <= high) most = std::max(most, learned[i]);
  if (most < kAnything) return 0;
  std::vector<double> good;
  for (std::size_t i = 0; i < rates.size(); ++i)
    if (rates[i] >= low && rates[i] <= high && learned[i] >= kNearlyAsMuch * most) good.push_back(rates[i]);
  return good[good.size() / 2];
}

Pilot::Pilot(const Chart& chart, const CounterfactualOptions& options) : chart_(chart), options_(options) {}

Spec Pilot::sized(const Spec& spec) const {
  Spec sized = spec;
  if (const double samples = chart_.fact("samples"); samples > 0)
    sized.data.samples = static_cast<std::int64_t>(samples);
  if (const double features = chart_.fact("features"); features > 0)
    sized.data.features = static_cast<std::int64_t>(features);
  return sized;
}

const RangeTest& Pilot::range_test(const Spec& spec) {
  Spec neutral = spec;
  neutral.train.lr = 1;
  const auto [entry, is_new] = range_tests_.try_emplace(to_toml(neutral));
  RangeTest& test = entry->second;
  if (!is_new) return test;
  std::vector<std::vector<Change>> changes;
  for (int half_decades = -10; half_decades <= 2; ++half_decades) {
    test.rates.push_back(std::pow(10.0, half_decades / 2.0));
    changes.push_back({{"train.lr", fmt::format("{:.4g}", test.rates.back())}});
    // Who trains a network from outside is told so, who is here ends by the work that it may do.
    if (options_.train)
      for (const Change& shorter : with_steps(planned_steps(spec, chart_) / 4)) changes.back().push_back(shorter);
  }
  CounterfactualOptions options = options_;
  options.work = std::min(options.work, kShare * estimated_work(sized(spec)));
  work_ += options.work * static_cast<double>(changes.size());
  for (const Counterfactual& result : carry_out(spec, changes, options)) {
    const Course& course = result.course;
    const bool learned = !course.empty() && !course.diverged && std::isfinite(course.last().loss);
    test.learned.push_back(learned ? learned_by(course, course.last()) : -1);
  }
  return test;
}

std::int64_t Pilot::sufficient_steps(const Spec& spec, int most_times) {
  const auto [entry, is_new] = lengths_.try_emplace(to_toml(spec));
  if (!is_new) return entry->second;
  Spec longer = spec;
  longer.train.epochs = 0;
  longer.train.steps = most_times * planned_steps(spec, chart_);
  longer.watch.surveys = 100;
  work_ += std::min(options_.work, estimated_work(sized(longer)));
  const Counterfactual result = carry_out(longer, {{}}, options_).front();
  if (result.course.empty()) return 0;
  const std::vector<Point>& points =
      result.course.validation.empty() ? result.course.training : result.course.validation;
  const double most = 1 - Course::best(points).loss;
  if (!(most > kAnything)) return 0;
  const auto enough =
      std::ranges::find_if(points, [&](const Point& point) { return 1 - point.loss >= kEnough * most; });
  return entry->second = enough->step;
}

}  // namespace gradclinic
