// gradclinic with LibTorch: the same commands, and `diagnose` of models of PyTorch. What gradclinic goes on as.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "diagnose.h"
#include "engine/engine.h"
#include "gradclinic/program.h"
#include "gradclinic/torch_program.h"

namespace gradclinic::torch {
namespace {

int diagnose_model(int argc, char** argv) {
  CLI::App app{"gradclinic on models of PyTorch in TorchScript."};
  app.require_subcommand(1);
  std::function<ExitCode()> chosen;
  CLI::App* diagnose = app.add_subcommand("diagnose", "say what is wrong with a model's training and what causes it");
  diagnose->footer("Example: gradclinic diagnose model.pt --data data.npz --loss cross_entropy --optimizer adam");
  chosen = set_up_diagnose(*diagnose);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
  }
  int status = 0;
  try {
    status = static_cast<int>(chosen());
  } catch (const Error& error) {
    std::fprintf(stderr, "gradclinic: %s\n", error.what());
    status = static_cast<int>(error.exit_code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gradclinic: [internal] %s; please report this as a defect\n", error.what());
    status = static_cast<int>(ExitCode::internal);
  }
  return status;
}

}  // namespace
}  // namespace gradclinic::torch

int main(int argc, char** argv) {
  gradclinic::torch::add_engines();
  const bool of_model = gradclinic::torch_model_among(argc, argv) && argv[1] == std::string_view("diagnose");
  return of_model ? gradclinic::torch::diagnose_model(argc, argv) : gradclinic::run_program(argc, argv);
}
