#pragma once

namespace gradclinic {

/// The program: parses the arguments, carries out the command, prints errors. Returns the exit code. Engines
/// (record/run.h) are to be added before.
int run_program(int argc, char** argv);

}  // namespace gradclinic
