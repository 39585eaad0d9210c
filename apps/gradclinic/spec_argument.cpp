#include "gradclinic/spec_argument.h"

#include <CLI/CLI.hpp>

#include "gradclinic/support/error.h"

namespace gradclinic {

void add_spec_argument(CLI::App& app, SpecArgument& argument, const std::string& meaning) {
  app.add_option("SPEC", argument.path, meaning)->required();
  app.add_option("--set", argument.settings, "KEY=VALUE: changes a key of the spec; may be repeated");
}

Spec load(const SpecArgument& argument) {
  Spec spec = load_spec(argument.path);
  for (const std::string& setting : argument.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos)
      throw BadInput("--set", "needs KEY=VALUE", setting, "for example --set model.activation=tanh");
    set_key(spec, setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (!argument.settings.empty()) validate(spec, argument.path + " with --set");
  return spec;
}

}  // namespace gradclinic
