#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/document.h"
#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// What the parts of an experiment are read against.
struct Frame {
  const std::string& where;  ///< names the text in errors
  const std::vector<Factor>& factors;
  const std::vector<Cell>& cells;  ///< without the skipped ones; their specs are not looked at
};

/// One [[figure]], [[claim]], [[treatment]]. Throw BadInput for the first mistake.
FigureSpec read_figure(const Value& table, const Frame& frame);
ClaimSpec read_claim(const Value& table, const Frame& frame);
TreatmentSpec read_treatment(const Value& table, const Frame& frame);

/// A selection that some cell belongs to; everything when `table` is null. `key` names it in errors.
Selection read_filled_selection(const Value* table, const Frame& frame, const std::string& key);

/// Throws BadInput at `at` unless the two sides have a pair of cells to compare, or when they share a cell.
void check_sides(const Selection& left, const std::vector<Selection>& right, const Frame& frame, const std::string& at);

/// Throws BadInput unless the text is lower-case letters, digits and single dashes between them.
void check_id(const std::string& id, const std::string& at);

}  // namespace gradclinic
