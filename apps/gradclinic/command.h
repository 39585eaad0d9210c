#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "gradclinic/support/error.h"

namespace gradclinic {

/// A catalogue entry of apps/gradclinic/commands: one subcommand.
struct Command {
  std::string id;
  std::string summary;
  std::string example;  ///< a line that works as it stands
  /// Adds the options to the subcommand; returns what runs when it is chosen. Errors are thrown.
  std::function<ExitCode()> (*set_up)(CLI::App& app);
};

namespace commands {
std::vector<Command> all();
}  // namespace commands

}  // namespace gradclinic
