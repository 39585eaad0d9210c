#pragma once

#include <string>

namespace gradclinic {

/// A unified diff of two texts, line by line, as `diff -u` prints it with three lines of context; empty when they are
/// equal. The names stand behind --- and +++.
std::string unified_diff(const std::string& before, const std::string& after, const std::string& before_name,
                         const std::string& after_name);

}  // namespace gradclinic
