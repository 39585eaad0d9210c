#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "gradclinic/spec/toml.h"

namespace gradclinic {

/// A command's SPEC and its --set options.
struct SpecArgument {
  std::string path;
  std::vector<std::string> settings;  ///< KEY=VALUE
};

void add_spec_argument(CLI::App& app, SpecArgument& argument, const std::string& meaning);

/// The spec with its settings, validated. Throws BadInput.
Spec load(const SpecArgument& argument);

}  // namespace gradclinic
