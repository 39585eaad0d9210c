#pragma once

#include <functional>

#include "gradclinic/support/error.h"

namespace gradclinic {

/// Carries out a command; prints its error, if any. Returns the exit code.
int run_guarded(const std::function<ExitCode()>& command);

/// The program: parses the arguments, carries out the command, prints errors. Returns the exit code. Engines
/// (record/run.h) are to be added before.
int run_program(int argc, char** argv);

}  // namespace gradclinic
