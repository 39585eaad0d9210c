#include <set>

#include "gradclinic/spec/experiment_parts.h"
#include "gradclinic/spec/factors.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

/// The cell's values of the factors that no side names: cells with the same are compared.
std::vector<std::string> level_of(const Cell& cell, const std::set<std::string>& named) {
  std::vector<std::string> level;
  for (const auto& [factor, label] : cell.factors) {
    if (!named.contains(factor)) level.push_back(label);
  }
  return level;
}

}  // namespace

Selection read_filled_selection(const Value* table, const Frame& frame, const std::string& key) {
  if (!table) return {};
  Selection selection = read_selection(*table, frame.factors, frame.where, key);
  for (const Cell& cell : frame.cells) {
    if (selects(selection, cell)) return selection;
  }
  throw BadInput(place(frame.where, table->line, key), "every cell it selects is skipped", excerpt(to_toml(*table)));
}

void check_sides(const Selection& left, const std::vector<Selection>& right, const Frame& frame,
                 const std::string& at) {
  std::set<std::string> named;
  for (const auto& [factor, labels] : left) named.insert(factor);
  for (const Selection& selection : right) {
    for (const auto& [factor, labels] : selection) named.insert(factor);
  }
  std::set<std::vector<std::string>> levels;
  for (const Cell& cell : frame.cells) {
    if (selects(left, cell)) levels.insert(level_of(cell, named));
  }
  for (const Selection& selection : right) {
    bool paired = false;
    for (const Cell& cell : frame.cells) {
      if (!selects(selection, cell)) continue;
      if (selects(left, cell)) throw BadInput(at, "compares a cell with itself", excerpt(cell.label));
      paired = paired || levels.contains(level_of(cell, named));
    }
    if (!paired) throw BadInput(at, "no two cells agree in the factors that neither side names");
  }
}

void check_id(const std::string& id, const std::string& at) {
  const bool letters = id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  const bool dashes = id.empty() || id.front() == '-' || id.back() == '-' || id.find("--") != std::string::npos;
  if (!letters || dashes || id.size() > 64) {
    throw BadInput(at, "not an id", excerpt(id), "allowed: lower-case letters, digits, dashes between; up to 64");
  }
}

}  // namespace gradclinic
