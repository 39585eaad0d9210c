#include "gradclinic/program.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "gradclinic/blas_kernels.h"
#include "gradclinic/command.h"
#include "gradclinic/tensor/blas.h"
#include "gradclinic/torch_program.h"

namespace gradclinic {

int run_guarded(const std::function<ExitCode()>& command) {
  try {
    return static_cast<int>(command());
  } catch (const Error& error) {
    std::fprintf(stderr, "gradclinic: %s\n", error.what());
    return static_cast<int>(error.exit_code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gradclinic: [internal] %s; please report this as a defect\n", error.what());
    return static_cast<int>(ExitCode::internal);
  }
}

int run_program(int argc, char** argv) {
  go_on_with_fitting_blas(argv);
  use_one_blas_thread();
  CLI::App app{"gradclinic finds out why a neural network does not train, and tests which fix works."};
  app.require_subcommand(1);
  app.footer("Example: gradclinic lab --quick");

  std::function<ExitCode()> chosen;
  for (const Command& command : commands::all()) {
    CLI::App* subcommand = app.add_subcommand(command.id, command.summary);
    subcommand->footer("Example: " + command.example);
    std::function<ExitCode()> action = command.set_up(*subcommand);
    subcommand->callback([&chosen, action] { chosen = action; });
  }

  try {
    go_on_with_model(argc, argv);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
  } catch (const Error& error) {
    std::fprintf(stderr, "gradclinic: %s\n", error.what());
    return static_cast<int>(error.exit_code());
  }
  return run_guarded(chosen);
}

}  // namespace gradclinic
