#include "gradclinic/instruments/outside_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "gradclinic/instruments/outside_histograms.h"
#include "gradclinic/instruments/outside_ranks.h"
#include "gradclinic/instruments/outside_survey.h"
#include "gradclinic/instruments/step_table.h"

namespace gradclinic {
namespace {

constexpr std::size_t kQuantities = 7;

/// What is known of a module, and what was seen of it in this step.
struct Module {
  const Activation* activation = nullptr;
  std::optional<TensorStatistics> seen[kQuantities];
  OutsideSurvey survey;
  std::vector<float> weights;  // before the update
};

UnitRule rule_of(const Activation& activation) {
  return {activation.saturated_low, activation.saturated_high, activation.can_die};
}

/// The first tensor of the run that is not finite.
struct NonFinite {
  Quantity quantity = Quantity::weight;
  int module = 0;
  std::int64_t nan_count = 0;
  std::int64_t inf_count = 0;
  Index size = 0;
};

}  // namespace

struct OutsideWatch::Implementation {
  Implementation(Sink& to, int count)
      : sink(to), gauges(gauges::all()), modules(static_cast<std::size_t>(count)), histograms(count), ranks(count) {
    for (Module& module : modules) module.activation = &find_activation("identity");
  }

  Module& at(int module) { return modules.at(static_cast<std::size_t>(module)); }

  void keep(Quantity quantity, int module, const TensorStatistics& statistics, Index size) {
    at(module).seen[static_cast<std::size_t>(quantity)] = statistics;
    if (!non_finite && statistics.nan_count + statistics.inf_count > 0)
      non_finite = {quantity, module, statistics.nan_count, statistics.inf_count, size};
  }

  void report_non_finite(std::int64_t step) {
    if (!non_finite || non_finite_told) return;
    const auto place = std::ranges::find(order, non_finite->module);
    const int layer = place == order.end() ? 0 : static_cast<int>(place - order.begin()) + 1;
    sink.add_event({step, "non-finite", layer,
                    fmt::format("{} of layer {}: {} NaN and {} Inf among {} entries", name_of(non_finite->quantity),
                                layer, non_finite->nan_count, non_finite->inf_count, non_finite->size)});
    non_finite_told = true;
  }

  void describe_network(const std::vector<OutsideLayer>& layers) {
    std::vector<Column> columns;
    std::vector<float> row;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      columns.push_back({"network.inputs", static_cast<int>(i) + 1});
      columns.push_back({"network.outputs", static_cast<int>(i) + 1});
      row.push_back(static_cast<float>(layers[i].inputs));
      row.push_back(static_cast<float>(layers[i].outputs));
    }
    sink.open_table("network", columns);
    sink.append("network", 0, row.data());
  }

  Sink& sink;
  std::vector<Gauge> gauges;
  std::vector<Module> modules;
  std::vector<int> order;  // modules by layer
  OutsideHistograms histograms;
  OutsideRanks ranks;
  std::optional<StepTable> steps;
  std::optional<NonFinite> non_finite;
  bool non_finite_told = false;
  std::vector<float> survey_row;
  std::vector<float> survey_scratch;
  bool validates = false;
};

OutsideWatch::OutsideWatch(Sink& sink, int modules)
    : implementation_(std::make_unique<Implementation>(sink, modules)) {}
OutsideWatch::~OutsideWatch() = default;
OutsideWatch::OutsideWatch(OutsideWatch&&) noexcept = default;

void OutsideWatch::set_activation(int module, const std::string& activation) {
  implementation_->at(module).activation = &find_activation(activation);
}

void OutsideWatch::see(Quantity quantity, int module, const UnitTensor& tensor) {
  Implementation& own = *implementation_;
  const UnitRule rule = quantity == Quantity::activation ? rule_of(*own.at(module).activation) : UnitRule{};
  own.keep(quantity, module, measure(tensor, rule), tensor.size());
  own.histograms.see(quantity, module, {tensor.data, 1, tensor.size()});
  if (quantity == Quantity::activation) own.ranks.see(module, tensor);
}

TensorStatistics OutsideWatch::see_shared(Quantity quantity, std::span<const int> modules, View<const float> values) {
  const TensorStatistics statistics = measure(values);
  for (const int module : modules) {
    implementation_->keep(quantity, module, statistics, values.size());
    implementation_->histograms.see(quantity, module, values);
  }
  return statistics;
}

void OutsideWatch::want_histograms() { implementation_->histograms.want(); }

void OutsideWatch::want_ranks() { implementation_->ranks.want(); }

void OutsideWatch::keep(int module, View<const float> weights) {
  implementation_->at(module).weights.assign(weights.data, weights.data + weights.size());
}

void OutsideWatch::see_weights(int module, View<const float> weights) {
  Implementation& own = *implementation_;
  const std::vector<float>& before = own.at(module).weights;
  own.histograms.see(Quantity::weight, module, weights);
  if (static_cast<Index>(before.size()) != weights.size()) {
    own.keep(Quantity::weight, module, measure(weights), weights.size());
    return;
  }
  const ChangeStatistics seen = measure_change(weights, {before.data(), weights.rows, weights.columns});
  own.keep(Quantity::weight, module, seen.values, weights.size());
  own.keep(Quantity::update, module, seen.change, weights.size());
  own.histograms.see_update(module, weights, before.data());
}

void OutsideWatch::survey(int module, const UnitTensor& activations) {
  Module& seen = implementation_->at(module);
  seen.survey.add(activations, *seen.activation);
}

void OutsideWatch::start(const std::vector<int>& modules, const std::vector<OutsideLayer>& layers) {
  Implementation& own = *implementation_;
  own.order = modules;
  const int depth = static_cast<int>(modules.size());
  for (std::size_t i = 0; i < layers.size(); ++i) set_activation(modules[i], layers[i].activation);
  own.steps.emplace(own.gauges, depth);
  own.steps->clear();
  own.sink.open_table("step", own.steps->columns());
  const std::vector<Column> columns = survey_columns(depth);
  own.survey_row.resize(columns.size());
  own.sink.open_table("survey", columns);
  own.describe_network(layers);
}

bool OutsideWatch::started() const { return implementation_->steps.has_value(); }

void OutsideWatch::end_step(const OutsideStep& step) {
  Implementation& own = *implementation_;
  const int depth = static_cast<int>(own.order.size());
  for (int layer = 1; layer <= depth; ++layer) {
    Module& module = own.at(own.order[static_cast<std::size_t>(layer - 1)]);
    for (const Quantity quantity : all_quantities()) {
      const auto& seen = module.seen[static_cast<std::size_t>(quantity)];
      if (seen && layer <= layers_with(quantity, depth)) own.steps->take(quantity, layer, *seen);
    }
  }
  StepSummary summary;
  summary.step = step.step;
  summary.loss = step.loss;
  summary.accuracy = step.accuracy;
  summary.lr = step.lr;
  summary.gradient_norm = step.gradient_norm;
  summary.clipped_gradient_norm = step.clipped_gradient_norm;
  own.sink.append("step", step.step, own.steps->row(summary));
  own.histograms.finish(step.step, own.order, own.sink);
  own.ranks.finish(step.step, own.order, own.sink);
  own.report_non_finite(step.step);
  own.steps->clear();
  for (Module& module : own.modules)
    for (auto& seen : module.seen) seen.reset();
}

void OutsideWatch::take_survey(std::int64_t steps_done, double loss, double accuracy, double balanced_accuracy) {
  Implementation& own = *implementation_;
  SurveyResult result = {.loss = loss, .accuracy = accuracy, .balanced_accuracy = balanced_accuracy, .layers = {}};
  for (std::size_t i = 0; i < own.order.size(); ++i) {
    Module& module = own.at(own.order[i]);
    module.survey.add_weights({module.weights.data(), 1, static_cast<Index>(module.weights.size())});
    result.layers.push_back(
        module.survey.take(module.activation->can_die && i + 1 < own.order.size(), own.survey_scratch));
  }
  write_survey(result, own.survey_row.data());
  own.sink.append("survey", steps_done, own.survey_row.data());
}

void OutsideWatch::describe_data(const DataFacts& facts) {
  std::vector<Column> columns;
  std::vector<float> row;
  for (const NamedFact& fact : data_fact_names()) {
    columns.push_back({std::string("data.") + fact.name, 0});
    row.push_back(static_cast<float>(facts.*fact.value));
  }
  implementation_->sink.open_table("data", columns);
  implementation_->sink.append("data", 0, row.data());
}

void OutsideWatch::validation(std::int64_t step, double loss, double accuracy) {
  Implementation& own = *implementation_;
  std::vector<Column> columns;
  std::vector<float> row;
  for (const Gauge& gauge : own.gauges) {
    if (!gauge.of_validation) continue;
    columns.push_back({gauge.id, 0});
    row.push_back(gauge.of_validation(loss, accuracy));
  }
  if (!own.validates) own.sink.open_table("validation", columns);
  own.validates = true;
  own.sink.append("validation", step, row.data());
}

}  // namespace gradclinic
