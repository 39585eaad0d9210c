#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/document.h"
#include "gradclinic/spec/experiment.h"
#include "gradclinic/spec/fields.h"

namespace gradclinic {

/// An experiment may have this many cells, before skips.
inline constexpr std::size_t kMostCells = 4096;

/// Reads [factors]. Adds the line of every spec key that a factor sets to `lines`. Throws BadInput for a name that is
/// no spec key and no bundle, a value given twice, a key set by two factors, more than kMostCells combinations.
std::vector<Factor> read_factors(const Value& table, const std::string& where, Lines& lines);

/// Reads a table of factor = value (or array of values). `key` names it in errors ("claim.left").
/// Throws BadInput for a factor or value that does not exist.
Selection read_selection(const Value& table, const std::vector<Factor>& factors, const std::string& where,
                         const std::string& key);

/// Throws BadInput unless there is a factor of that name.
void check_factor(const std::string& name, const std::vector<Factor>& factors, const std::string& at);

}  // namespace gradclinic
