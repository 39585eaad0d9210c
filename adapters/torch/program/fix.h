#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "gradclinic/support/error.h"

namespace gradclinic::torch {

/// `fix MODEL --data FILE`: adds the options; what is returned carries it out.
std::function<ExitCode()> set_up_fix(CLI::App& app);

}  // namespace gradclinic::torch
