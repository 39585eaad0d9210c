#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradclinic {

/// One recorded quantity: "weight_grad.l2" of layer 3 (layers count from 1; 0 is the whole network: "loss").
struct Column {
  std::string quantity;
  int layer = 0;
  bool operator==(const Column&) const = default;
  auto operator<=>(const Column&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a pointer here
};

/// Something that happened at a step: "non-finite" (the first tensor with a NaN or Inf), "gauge-failed", "not-seen"
/// (what a watch from outside could not look at), "diverged", "interrupted".
struct Event {
  std::int64_t step = 0;
  std::string kind;
  int layer = 0;
  std::string text;
};

/// Where measurements go while a run trains. Tables are keyed by schedule: "step" (the cheap gauges), "validation",
/// "survey", "data", "histograms", "rank", "noise", "sharpness".
class Sink {
 public:
  virtual ~Sink() = default;
  /// Declares a table; its columns are fixed from then on.
  virtual void open_table(const std::string& table, const std::vector<Column>& columns) = 0;
  /// One row; `values` has one entry per column of the table. NaN and Inf are values like any other.
  virtual void append(const std::string& table, std::int64_t step, const float* values) = 0;
  virtual void add_event(const Event& event) = 0;
};

}  // namespace gradclinic
