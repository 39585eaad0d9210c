#include "gradclinic/data/prepare.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

enum class Purpose : std::uint64_t { labels = 1, validation = 2 };

/// A generator for one purpose: neighbouring seeds and other purposes give unrelated streams (SplitMix64's finalizer,
/// Steele, Lea & Flood 2014; its low half seeds mt19937).
Generator generator_for(std::uint64_t seed, Purpose purpose) {
  std::uint64_t mixed = seed + static_cast<std::uint64_t>(purpose) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  return Generator(mixed ^ mixed >> 31);
}

Tensor<float> rows_of(const Tensor<float>& values, std::span<const std::int64_t> rows) {
  Tensor<float> picked(static_cast<Index>(rows.size()), values.columns);
  for (Index i = 0; i < picked.rows; ++i)
    std::copy_n(values.view().row(rows[static_cast<std::size_t>(i)]), values.columns, picked.view().row(i));
  return picked;
}

Dataset samples_of(const Dataset& data, std::span<const std::int64_t> samples) {
  return {.inputs = rows_of(data.inputs, samples),
          .targets = rows_of(data.targets, samples),
          .task = data.task,
          .classes = data.classes,
          .note = data.note};
}

struct Moments {
  double mean = 0;
  double deviation = 0;  // 1 for a constant column
};

std::vector<Moments> column_moments(const Tensor<float>& values) {
  std::vector<Moments> moments(static_cast<std::size_t>(values.columns));
  const auto over_rows = [&](auto add) {
    for (Index i = 0; i < values.rows; ++i) {
      const float* row = values.view().row(i);
      for (std::size_t column = 0; column < moments.size(); ++column) add(moments[column], row[column]);
    }
  };
  over_rows([](Moments& column, float value) { column.mean += value; });
  for (Moments& column : moments) column.mean /= double(values.rows);
  over_rows([](Moments& column, float value) { column.deviation += (value - column.mean) * (value - column.mean); });
  // A constant's sum and mean are exact in double precision, so its deviation is exactly 0.
  for (Moments& column : moments)
    column.deviation = column.deviation == 0 ? 1 : std::sqrt(column.deviation / double(values.rows));
  return moments;
}

void move(Tensor<float>& values, const std::vector<Moments>& moments) {
  for (Index i = 0; i < values.rows; ++i) {
    float* row = values.view().row(i);
    for (std::size_t column = 0; column < moments.size(); ++column)
      row[column] = static_cast<float>((row[column] - moments[column].mean) / moments[column].deviation);
  }
}

}  // namespace

void shuffle_labels(Dataset& data, std::uint64_t seed) {
  data.targets = rows_of(data.targets, generator_for(seed, Purpose::labels).permutation(data.samples()));
}

Split split(Dataset data, double share, std::uint64_t seed) {
  if (!(share >= 0 && share < 1))
    throw BadInput("data.validation", "a share in [0, 1) is needed", std::to_string(share));
  if (share == 0) {
    Dataset nothing = samples_of(data, {});
    return {.training = std::move(data), .validation = std::move(nothing)};
  }
  const Index samples = data.samples();
  if (samples < 2)
    throw BadInput("data.validation", "at least 2 samples are needed to hold some out", std::to_string(samples));
  const std::vector<std::int64_t> order = generator_for(seed, Purpose::validation).permutation(samples);
  const auto held_out = std::clamp<Index>(std::lround(share * double(samples)), 1, samples - 1);
  const std::span<const std::int64_t> all(order);
  const auto kept = static_cast<std::size_t>(samples - held_out);
  return {.training = samples_of(data, all.first(kept)), .validation = samples_of(data, all.subspan(kept))};
}

void standardize(Tensor<float>& training, Tensor<float>& other) {
  const std::vector<Moments> moments = column_moments(training);
  move(training, moments);
  move(other, moments);
}

}  // namespace gradclinic
