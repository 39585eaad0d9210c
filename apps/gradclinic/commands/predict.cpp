#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "gradclinic/command.h"
#include "gradclinic/data/dataset.h"
#include "gradclinic/prediction_text.h"
#include "gradclinic/spec_argument.h"
#include "gradclinic/theory/initial_loss.h"

namespace gradclinic::commands {
namespace {

struct Arguments {
  SpecArgument spec;
  bool json = false;
};

SpecForecast forecast_of(const Spec& spec) {
  Generator generator(spec.seed);
  const Dataset data = load_data(spec, generator).training;
  const Index batch = spec.train.batch > 0 ? std::min<Index>(spec.train.batch, data.samples()) : data.samples();
  SpecForecast result{.spec = spec, .inputs = input_facts(data), .classes = data.classes};
  result.forecast = predict(spec.model, result.inputs, output_count(spec, data), batch);
  if (!result.forecast.prediction) return result;
  const std::vector<LayerPrediction>& layers = result.forecast.prediction->layers;
  result.scales = depth_scales(spec.model, layers.front().pre_activation);
  result.initial_loss = expected_initial_loss(spec.train.loss, layers.back().pre_activation, target_facts(data));
  return result;
}

ExitCode predict_command(const Arguments& arguments) {
  const SpecForecast forecast = forecast_of(load(arguments.spec));
  fmt::print("{}", arguments.json ? prediction_json(forecast).dump(2) + "\n" : prediction_text(forecast));
  return ExitCode::ok;
}

std::function<ExitCode()> set_up(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  add_spec_argument(app, arguments->spec, "the spec to look at (TOML, docs/spec.md)");
  app.add_flag("--json", arguments->json, "every number, as JSON");
  return [arguments] { return predict_command(*arguments); };
}

}  // namespace

Command predict() {
  return {.id = "predict",
          .summary = "tell what theory expects of a spec's signals, gradients and loss before any training",
          .example = "gradclinic predict examples/ten-layer-sigmoid.toml --set model.init=xavier_uniform",
          .set_up = set_up};
}

}  // namespace gradclinic::commands
