#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradclinic/diagnosis/course.h"
#include "gradclinic/record/record.h"

namespace gradclinic {

/// A column and its values, row by row.
using Filled = std::pair<Column, std::vector<float>>;

/// Adds a table to a record that nobody trained.
inline void add_table(Record& record, const std::string& name, const std::vector<std::int64_t>& steps,
                      const std::vector<Filled>& columns) {
  Table& table = record.tables[name];
  table.steps = steps;
  for (const Filled& filled : columns) table.columns.push_back(filled.first);
  for (std::size_t row = 0; row < steps.size(); ++row)
    for (const Filled& filled : columns) table.values.push_back(filled.second.at(row));
}

/// A course from losses at steps 0, 10, 20, ...; accuracies are NaN.
inline std::vector<Point> points_of(const std::vector<double>& losses, const std::vector<double>& accuracies = {}) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < losses.size(); ++i)
    points.push_back({static_cast<std::int64_t>(10 * i), losses[i], i < accuracies.size() ? accuracies[i] : NAN});
  return points;
}

}  // namespace gradclinic
