// gradclinic with LibTorch: the same commands, and `diagnose` of models of PyTorch. What gradclinic goes on as.
#include <CLI/CLI.hpp>

#include "diagnose.h"
#include "engine/engine.h"
#include "fix.h"
#include "gradclinic/program.h"
#include "gradclinic/torch_program.h"

namespace gradclinic::torch {
namespace {

int run_on_model(int argc, char** argv) {
  CLI::App app{"gradclinic on models of PyTorch in TorchScript."};
  app.require_subcommand(1);
  std::function<ExitCode()> chosen;
  const auto add = [&](const char* id, const char* summary, const char* example, auto set_up) {
    CLI::App* const command = app.add_subcommand(id, summary);
    command->footer(std::string("Example: gradclinic ") + id + " model.pt --data data.npz --loss " + example);
    command->callback([&chosen, action = set_up(*command)] { chosen = action; });
  };
  add("diagnose", "say what is wrong with a model's training and what causes it", "cross_entropy --optimizer adam",
      set_up_diagnose);
  add("fix", "diagnose a model's training, try what needs no other architecture, and rank it by what it did",
      "cross_entropy --seeds 5", set_up_fix);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
  }
  return run_guarded(chosen);
}

}  // namespace
}  // namespace gradclinic::torch

int main(int argc, char** argv) {
  gradclinic::torch::add_engines();
  return gradclinic::torch_model_among(argc, argv) ? gradclinic::torch::run_on_model(argc, argv)
                                                   : gradclinic::run_program(argc, argv);
}
