#include "gradclinic/instruments/watch.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "gradclinic/instruments/ending.h"
#include "gradclinic/instruments/probe_table.h"
#include "gradclinic/instruments/step_table.h"
#include "gradclinic/net/activation.h"

namespace gradclinic {
namespace {

UnitRule unit_rule(const ModelSpec& model) {
  const Activation& activation = find_activation(model.activation);
  return {activation.saturated_low, activation.saturated_high, activation.can_die};
}

}  // namespace

struct Watch::Implementation {
  Implementation(Sink& to, std::vector<Gauge> all) : sink(to), gauges(std::move(all)) {}

  void start(const Training& training) {
    const WatchSpec& watch = training.spec.watch;
    rule = unit_rule(training.spec.model);
    interval = watch.every;
    steps.emplace(gauges, training.network.depth());
    if (interval > 0) sink.open_table("step", steps->columns());
    probes.clear();
    probes.reserve(4);
    for (const auto& [table, every] : {std::pair{"histograms", watch.histograms},
                                       {"rank", watch.rank},
                                       {"noise", watch.noise},
                                       {"sharpness", watch.sharpness}}) {
      probes.emplace_back(table, every, gauges, training, sink);
      probes.back().open();
    }
    if (training.data.validation.samples() > 0) open_validation();
    run = &training;
    describe_data();
    start_surveys();
  }

  /// One row of table "data", before the first step.
  void describe_data() {
    if (interval <= 0 && run->spec.watch.surveys <= 0) return;
    ProbeTable data("data", 1, gauges, *run, sink);
    data.open();
    data.take(0, {*run, {}});
  }

  /// The first survey, before the first step; then so many in all, spread evenly, and one after the last step.
  void start_surveys() {
    const std::int64_t count = run->spec.watch.surveys;
    survey_interval = count > 0 ? std::max<std::int64_t>(1, (run->total_steps + count - 1) / count) : 0;
    surveys.emplace("survey", survey_interval, gauges, *run, sink);
    surveys->open();
    survey(0);
  }

  /// `steps_done`: the row's step counts updates.
  void survey(std::int64_t steps_done) {
    if (survey_interval <= 0 || steps_done == last_survey) return;
    surveys->take(steps_done, {*run, {}});
    last_survey = steps_done;
  }

  void open_validation() {
    std::vector<Column> columns;
    for (const Gauge& gauge : gauges) {
      if (!gauge.of_validation) continue;
      columns.push_back({gauge.id, 0});
      validation_readers.push_back(gauge.of_validation);
    }
    validation_row.resize(columns.size());
    sink.open_table("validation", columns);
  }

  void take(Quantity quantity, int layer, const TensorStatistics& statistics, Index size) {
    steps->take(quantity, layer, statistics);
    report_non_finite(quantity, layer, statistics, size);
  }

  void probe(Quantity quantity, int layer, View<const float> values) {
    for (ProbeTable& table : probes) table.see(quantity, layer, values);
  }

  void report_non_finite(Quantity quantity, int layer, const TensorStatistics& statistics, Index size) {
    if (non_finite_seen || statistics.nan_count + statistics.inf_count == 0) return;
    non_finite_seen = true;
    sink.add_event({step, "non-finite", layer,
                    fmt::format("{} of layer {}: {} NaN and {} Inf among {} entries", name_of(quantity), layer,
                                statistics.nan_count, statistics.inf_count, size)});
  }

  Sink& sink;
  std::vector<Gauge> gauges;
  UnitRule rule;           // of activations
  const UnitRule no_rule;  // of everything else
  std::int64_t interval = 0;
  std::int64_t step = 0;
  bool step_due = false;
  bool probes_due = false;
  bool survey_due = false;
  bool non_finite_seen = false;
  std::optional<StepTable> steps;
  std::vector<ProbeTable> probes;
  const Training* run = nullptr;  // from on_start to on_end
  std::optional<ProbeTable> surveys;
  std::int64_t survey_interval = 0;
  std::int64_t last_survey = -1;
  std::vector<float (*)(double, double)> validation_readers;
  std::vector<float> validation_row;
};

Watch::Watch(Sink& sink, std::vector<Gauge> gauges)
    : implementation_(std::make_unique<Implementation>(sink, std::move(gauges))) {}
Watch::~Watch() = default;

void Watch::on_start(const Training& training) { implementation_->start(training); }

bool Watch::wants_tensors(std::int64_t step) {
  Implementation& own = *implementation_;
  own.step = step;
  own.step_due = own.interval > 0 && step % own.interval == 0;
  if (own.step_due) own.steps->clear();
  own.probes_due = false;
  for (ProbeTable& table : own.probes) own.probes_due = table.begin(step) || own.probes_due;
  own.survey_due = own.survey_interval > 0 && (step + 1) % own.survey_interval == 0;
  return own.step_due || own.probes_due || own.survey_due;
}

void Watch::see(Quantity quantity, int layer, View<const float> values) {
  Implementation& own = *implementation_;
  if (own.step_due)
    own.take(quantity, layer, measure(values, quantity == Quantity::activation ? own.rule : own.no_rule),
             values.size());
  if (own.probes_due) own.probe(quantity, layer, values);
}

void Watch::see_update(int layer, View<const float> after, View<float> before) {
  Implementation& own = *implementation_;
  if (own.step_due) own.take(Quantity::update, layer, measure_difference(after, before), after.size());
  if (own.probes_due) own.probe(Quantity::update, layer, subtract(after, before));
}

void Watch::on_step(const Training& training, const StepSummary& summary) {
  Implementation& own = *implementation_;
  if (own.step_due) own.sink.append("step", summary.step, own.steps->row(summary));
  for (ProbeTable& table : own.probes) table.finish({training, summary});
  // A loss that is not finite ends the run without this step's update.
  if (own.survey_due && std::isfinite(summary.loss)) own.survey(summary.step + 1);
}

void Watch::on_validation(std::int64_t step, double loss, double accuracy) {
  Implementation& own = *implementation_;
  if (own.validation_row.empty()) return;
  for (std::size_t i = 0; i < own.validation_row.size(); ++i)
    own.validation_row[i] = own.validation_readers[i](loss, accuracy);
  own.sink.append("validation", step, own.validation_row.data());
}

void Watch::on_end(const Outcome& outcome) {
  Implementation& own = *implementation_;
  own.survey(outcome.steps);
  if (const std::optional<Event> event = ending(outcome)) own.sink.add_event(*event);
}

}  // namespace gradclinic
