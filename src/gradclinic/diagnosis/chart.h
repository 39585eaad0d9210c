#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/course.h"
#include "gradclinic/record/record.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// A part of a run, as shares of the rows of a table: {0, 0.1} is its first tenth. At least one row.
struct Window {
  double from = 0;
  double to = 1;
};
inline constexpr Window kStart{0, 0.05};
inline constexpr Window kEnd{0.8, 1};
inline constexpr Window kWhole{0, 1};

/// A record laid out for the rules: each column found at once, windows reduced to one number. Keeps a reference to the
/// record.
class Chart {
 public:
  /// Throws BadInput when the record's spec cannot be read.
  explicit Chart(const Record& record);

  const Spec& spec() const { return spec_; }
  const Record& record() const { return record_; }
  const Course& course() const { return course_; }
  int depth() const { return static_cast<int>(spec_.model.depth); }
  int hidden() const { return depth() - 1; }

  bool has(const std::string& quantity) const { return places_.contains(quantity); }
  /// Rows of the table that has the quantity; 0 when it was not recorded.
  std::size_t rows(const std::string& quantity) const;
  /// The quantity over the rows; empty when it was not recorded.
  std::vector<float> series(const std::string& quantity, int layer = 0) const;
  /// The step of a row of the quantity's table.
  std::int64_t step(const std::string& quantity, std::size_t row) const;
  /// Median of the finite values in a window, NaN when there is none.
  double median(const std::string& quantity, int layer, Window window) const;
  /// Largest finite value in a window, NaN when there is none.
  double largest(const std::string& quantity, int layer, Window window) const;
  /// A fact of the data ("input_rms"), NaN when it was not recorded.
  double fact(const std::string& name) const;
  /// First and last value of a survey's quantity ("dead"), NaN when it was not recorded.
  double surveyed_first(const std::string& name, int layer) const;
  double surveyed_last(const std::string& name, int layer) const;
  /// The first step at which `holds` of a quantity's value is true; -1 when never.
  template <class Holds>
  std::int64_t onset(const std::string& quantity, int layer, Holds holds) const {
    const std::vector<float> values = series(quantity, layer);
    for (std::size_t row = 0; row < values.size(); ++row)
      if (holds(values[row])) return step(quantity, row);
    return -1;
  }

 private:
  struct Place {
    const Table* table = nullptr;
    std::map<int, int> columns;  // by layer
  };
  std::vector<float> window_values(const std::string& quantity, int layer, Window window) const;

  const Record& record_;
  Spec spec_;
  Course course_;
  std::map<std::string, Place> places_;
};

}  // namespace gradclinic
