#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/document.h"
#include "gradclinic/spec/fields.h"
#include "gradclinic/spec/spec.h"
#include "gradclinic/spec/validate.h"

namespace gradclinic {

/// Reads the keys of a spec out of a file's root table; `others` are the sections that the caller reads. Combinations
/// are not looked at. Returns the line of each key, and of each section under its name. Throws BadInput.
Lines read_spec(const Value& root, const std::vector<std::string>& others, Spec& spec, const std::string& where);

/// The line to send a reader to: of the mistake's key, else of the key that asks for it, else of the section; or 0.
int line_of(const Lines& lines, const Mistake& mistake);

}  // namespace gradclinic
