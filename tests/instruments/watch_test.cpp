#include "gradclinic/instruments/watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "gradclinic/instruments/histogram.h"
#include "gradclinic/net/activation.h"
#include "gradclinic/support/error.h"
#include "gradclinic/train/train.h"
#include "instruments/relay.h"
#include "instruments/tiny.h"

namespace gradclinic {
namespace {

using Steps = std::vector<std::int64_t>;

Spec small_spec() {
  Spec spec;
  spec.data.samples = 40;
  spec.data.features = 5;
  spec.model.depth = 3;
  spec.model.width = 7;
  spec.train.lr = 0.05;
  spec.train.steps = 6;
  return spec;
}

Spec watched_all_over() {
  Spec spec = small_spec();
  spec.watch.histograms = spec.watch.rank = spec.watch.noise = spec.watch.sharpness = 2;
  return spec;
}

std::vector<Event> events_of(const Rows& rows, const std::string& kind) {
  std::vector<Event> events;
  std::ranges::copy_if(rows.events, std::back_inserter(events), [&](const Event& event) { return event.kind == kind; });
  return events;
}

/// A gauge of a tensor by its definition, in long double.
double slow_gauge(const std::string& id, const Tensor<float>& tensor, const Activation& activation) {
  const auto n = static_cast<long double>(tensor.values.size());
  long double sum = 0, squares = 0, deviations = 0;
  for (float x : tensor.values) sum += x, squares += static_cast<long double>(x) * x;
  for (float x : tensor.values) deviations += (x - sum / n) * (x - sum / n);
  const auto saturated = [&](float x) { return x <= activation.saturated_low || x >= activation.saturated_high; };
  const auto units = [&](auto holds, double share) {
    double count = 0;
    for (Index row = 0; row < tensor.rows; ++row) {
      const float* values = tensor.view().row(row);
      const auto holding = static_cast<double>(std::count_if(values, values + tensor.columns, holds));
      count += holding >= share * static_cast<double>(tensor.columns) ? 1 : 0;
    }
    return count / static_cast<double>(tensor.rows);
  };
  const auto is_zero = [](float x) { return x == 0; };
  if (id == "l2") return static_cast<double>(std::sqrt(squares));
  if (id == "mean") return static_cast<double>(sum / n);
  if (id == "std") return static_cast<double>(std::sqrt(deviations / n));
  if (id == "min") return *std::ranges::min_element(tensor.values);
  if (id == "max") return *std::ranges::max_element(tensor.values);
  if (id == "zeros") return static_cast<double>(std::ranges::count(tensor.values, 0.0F) / n);
  if (id == "non_finite")
    return static_cast<double>(std::ranges::count_if(tensor.values, [](float x) { return !std::isfinite(x); }));
  if (id == "dead") return activation.can_die ? units(is_zero, 1) : 0;
  if (id == "saturated") return static_cast<double>(std::ranges::count_if(tensor.values, saturated) / n);
  if (id == "saturated_units") return units(saturated, 0.95);
  ADD_FAILURE() << "no slow version of " << id;
  return 0;
}

/// One watched step's tensors, by quantity and layer.
using Seen = std::map<std::pair<std::string, int>, Tensor<float>>;

void expect_row_matches(const Rows& rows, std::size_t row, const Seen& seen, const Activation& activation) {
  std::size_t of_tensors = 0;
  for (const Gauge& gauge : gauges::all()) {
    if (!gauge.of_tensor) continue;
    for (const auto& [place, tensor] : seen) {
      const auto& [quantity, layer] = place;
      const bool wanted = gauge.quantities.empty() || quantity == "activation";
      if (!wanted) continue;
      ++of_tensors;
      const double expected = slow_gauge(gauge.id, tensor, activation);
      const float got = rows.at("step", row, quantity + "." + gauge.id, layer);
      EXPECT_NEAR(got, expected, 1e-5 * std::abs(slow_gauge("l2", tensor, activation)) + 1e-5 * std::abs(expected))
          << quantity << layer << "." << gauge.id;
    }
  }
  const auto named = [](const Column& column) { return column.quantity.find('.') != std::string::npos; };
  EXPECT_EQ(std::ranges::count_if(rows.columns("step"), named), static_cast<std::ptrdiff_t>(of_tensors));
}

TEST(Watch, EveryColumnAgreesWithTheTensorsOfItsStep) {
  for (const char* activation : {"relu", "tanh", "sigmoid", "selu", "gelu"}) {
    for (const char* norm : {"none", "batch"}) {
      SCOPED_TRACE(std::string(activation) + " " + norm);
      Spec spec = small_spec();
      spec.model.activation = activation;
      spec.model.norm = norm;
      spec.model.init_gain = 3;  // so that units saturate and die
      spec.train.lr = 1e-3;
      spec.train.batch = 15;  // the last batch of an epoch is smaller
      Rows rows;
      Watch watch(rows);
      Relay relay(&watch);
      Seen seen;
      relay.on_see = [&](Quantity quantity, int layer, View<const float> values) {
        Tensor<float>& copy = seen[{name_of(quantity), layer}] = Tensor<float>(values.rows, values.columns);
        std::ranges::copy(values.flat(), copy.values.begin());
      };
      std::size_t row = 0;
      relay.after_step = [&](const Training&, const StepSummary& summary) {
        ASSERT_EQ(seen.size(), 19U) << "five quantities of 3 layers, two of 2";
        expect_row_matches(rows, row, seen, find_activation(activation));
        for (int layer = 1; layer <= 3; ++layer)
          EXPECT_NEAR(rows.at("step", row, "update_ratio", layer),
                      slow_gauge("l2", seen[{"update", layer}], {}) / slow_gauge("l2", seen[{"weight", layer}], {}),
                      1e-5);
        EXPECT_EQ(rows.at("step", row, "loss"), static_cast<float>(summary.loss));
        EXPECT_EQ(rows.at("step", row, "lr"), 1e-3F);
        EXPECT_EQ(rows.at("step", row, "gradient_norm"), static_cast<float>(summary.gradient_norm));
        EXPECT_EQ(rows.at("step", row, "clipped"), 0);
        EXPECT_TRUE(std::isnan(rows.at("step", row, "accuracy"))) << "regression";
        ++row;
      };
      train(spec, &relay);
      EXPECT_EQ(rows.steps("step"), (Steps{0, 1, 2, 3, 4, 5}));
      EXPECT_TRUE(rows.events.empty());
    }
  }
}

TEST(Watch, ColumnsAreThereOnceAndForEachLayer) {
  Rows rows;
  Watch watch(rows);
  train(watched_all_over(), &watch);
  for (const char* table : {"step", "histograms", "rank", "noise", "sharpness"}) {
    const auto& columns = rows.columns(table);
    EXPECT_EQ(std::set<Column>(columns.begin(), columns.end()).size(), columns.size()) << table;
  }
  EXPECT_NO_THROW(rows.at("step", 0, "weight_grad.l2", 3));
  EXPECT_NO_THROW(rows.at("step", 0, "activation.saturated_units", 2));
  EXPECT_THROW(rows.at("step", 0, "activation.l2", 3), std::out_of_range) << "the output layer has no activation";
  EXPECT_THROW(rows.at("step", 0, "weight.dead", 1), std::out_of_range) << "weights do not die";
  EXPECT_NO_THROW(rows.at("noise", 0, "gradient_noise.scale", 0));
  EXPECT_NO_THROW(rows.at("noise", 0, "gradient_noise.signal_to_noise", 3));
  EXPECT_NO_THROW(rows.at("rank", 0, "activation.effective_rank", 2));
  EXPECT_GT(rows.at("sharpness", 0, "sharpness"), 0);
}

TEST(Watch, EveryTableHasItsSchedule) {
  Spec spec = small_spec();
  spec.train.steps = 13;
  spec.watch = {.every = 2, .histograms = 3, .rank = 4, .noise = 5, .sharpness = 6};
  Rows rows;
  Watch watch(rows);
  train(spec, &watch);
  EXPECT_EQ(rows.steps("step"), (Steps{0, 2, 4, 6, 8, 10, 12}));
  EXPECT_EQ(rows.steps("histograms"), (Steps{0, 3, 6, 9, 12}));
  EXPECT_EQ(rows.steps("rank"), (Steps{0, 4, 8, 12}));
  EXPECT_EQ(rows.steps("noise"), (Steps{0, 5, 10}));
  EXPECT_EQ(rows.steps("sharpness"), (Steps{0, 6, 12}));
  EXPECT_FALSE(rows.has_table("validation"));
}

TEST(Watch, ZeroIsNever) {
  Spec spec = small_spec();
  spec.watch.every = spec.watch.surveys = 0;
  Rows rows;
  Watch watch(rows);
  Relay relay(&watch);
  int seen = 0;
  relay.on_see = [&](Quantity, int, View<const float>) { ++seen; };
  train(spec, &relay);
  EXPECT_EQ(seen, 0) << "nobody asked for tensors";
  for (const char* table : {"step", "histograms", "rank", "noise", "sharpness", "survey", "data"})
    EXPECT_FALSE(rows.has_table(table));
}

TEST(Watch, HistogramsAndRanksAreOfTheVeryTensors) {
  Spec spec = small_spec();
  spec.watch.histograms = spec.watch.rank = 1;
  spec.train.steps = 1;
  Rows rows;
  Watch watch(rows);
  Relay relay(&watch);
  std::map<std::pair<std::string, int>, std::vector<float>> expected;
  relay.on_see = [&](Quantity quantity, int layer, View<const float> values) {
    auto& bins = expected[{name_of(quantity), layer}];
    bins.resize(kHistogramBins);
    fill_histogram(values, bins);
  };
  train(spec, &relay);
  for (const auto& [place, bins] : expected)
    for (int bin = 0; bin < kHistogramBins; ++bin)
      EXPECT_EQ(rows.at("histograms", 0, place.first + ".histogram." + histogram_bin_names()[bin], place.second),
                bins[bin]);
  EXPECT_EQ(rows.columns("histograms").size(), expected.size() * kHistogramBins);
  for (int layer : {1, 2}) {
    EXPECT_GE(rows.at("rank", 0, "activation.effective_rank", layer), 1);
    EXPECT_LE(rows.at("rank", 0, "activation.effective_rank", layer), 7);
  }
}

TEST(Watch, ValidationHasATableWhenSamplesAreHeldOut) {
  Spec spec = small_spec();
  spec.data.validation = 0.25;
  spec.train.batch = 10;  // three steps an epoch
  Rows rows;
  Watch watch(rows);
  train(spec, &watch);
  EXPECT_EQ(rows.steps("validation"), (Steps{2, 5}));
  EXPECT_GT(rows.at("validation", 1, "validation_loss"), 0);
  EXPECT_TRUE(std::isnan(rows.at("validation", 1, "validation_accuracy"))) << "regression";
}

TEST(Watch, SaysWhenClippingActed) {
  for (const double threshold : {1e-3, 1e3}) {
    Spec spec = small_spec();
    spec.train.clip_norm = threshold;
    Rows rows;
    Watch watch(rows);
    train(spec, &watch);
    EXPECT_EQ(rows.at("step", 0, "clipped"), threshold < 1 ? 1 : 0);
    if (threshold < 1) {
      EXPECT_NEAR(rows.at("step", 0, "clipped_gradient_norm"), 1e-3, 1e-5);
    }
  }
}

TEST(Watch, NamesTheFirstTensorThatIsNotFinite) {
  const Tiny tiny(small_spec(), 5, 1, 40);
  for (bool sick : {true, false}) {
    Rows rows;
    Watch watch(rows);
    watch.on_start(*tiny.training);
    Tensor<float> good(4, 6);
    Tensor<float> bad = good;
    if (sick) bad.values[5] = NAN, bad.values[7] = INFINITY, bad.values[8] = -INFINITY;
    for (std::int64_t step : {0, 1}) {
      ASSERT_TRUE(watch.wants_tensors(step));
      watch.see(Quantity::pre_activation, 1, good.view());
      watch.see(Quantity::activation, 1, (step == 1 ? bad : good).view());
      watch.see(Quantity::pre_activation, 2, (step == 1 ? bad : good).view());
      watch.on_step(*tiny.training, tiny.summary);
    }
    if (!sick) {
      EXPECT_TRUE(rows.events.empty());
      continue;
    }
    ASSERT_EQ(rows.events.size(), 1U) << "once a run";
    EXPECT_EQ(rows.events[0].kind, "non-finite");
    EXPECT_EQ(rows.events[0].step, 1);
    EXPECT_EQ(rows.events[0].layer, 1);
    EXPECT_EQ(rows.events[0].text, "activation of layer 1: 1 NaN and 2 Inf among 24 entries");
    EXPECT_EQ(rows.at("step", 1, "activation.non_finite", 1), 3);
    EXPECT_EQ(rows.at("step", 0, "activation.non_finite", 1), 0);
    EXPECT_TRUE(std::isnan(rows.at("step", 0, "weight.l2", 1))) << "not seen";
  }
}

TEST(Watch, RecordsARunThatDiverges) {
  Spec spec = watched_all_over();
  spec.train.lr = 1e6;
  spec.train.steps = 400;
  Rows rows;
  Watch watch(rows);
  const Outcome outcome = train(spec, &watch);
  ASSERT_EQ(outcome.status, "diverged");
  ASSERT_EQ(events_of(rows, "diverged").size(), 1U);
  EXPECT_EQ(events_of(rows, "diverged")[0].step, outcome.steps);
  EXPECT_EQ(events_of(rows, "non-finite").size(), 1U);
  EXPECT_TRUE(events_of(rows, "gauge-failed").empty()) << "probes survive the very run they exist for";
  EXPECT_EQ(rows.steps("step").back(), outcome.steps) << "with the step that diverged";
  EXPECT_FALSE(std::isfinite(rows.at("step", rows.steps("step").size() - 1, "loss")));
}

TEST(Watch, TellsAnInterruptionFromAnEnd) {
  for (const char* status : {"finished", "interrupted"}) {
    Rows rows;
    Watch watch(rows);
    watch.on_end({.status = status, .steps = 7});
    EXPECT_EQ(rows.events.size(), std::string(status) == "interrupted" ? 1U : 0U);
  }
}

/// A gauge whose probe throws where `where` says; `measured` counts its calls.
int measured = 0;
std::string where;

Probe start_broken(const Training&) {
  if (where == "start") throw std::runtime_error("no memory for it");
  Probe probe;
  probe.columns = {{"broken", 0}};
  probe.see = [](Quantity, int, View<const float>, float*) {
    if (where == "see") throw std::runtime_error("cannot see");
  };
  probe.measure = [](const ProbeInput&, float* values) {
    ++measured;
    values[0] = 1;
    if (where == "measure") throw 17;
  };
  return probe;
}

TEST(Watch, AGaugeThatFailsBecomesAnEvent) {
  for (const char* broken_at : {"start", "see", "measure", "nowhere"}) {
    SCOPED_TRACE(broken_at);
    where = broken_at;
    measured = 0;
    std::vector<Gauge> gauges = gauges::all();
    gauges.push_back({.id = "broken", .table = "rank", .start_probe = start_broken});
    Spec spec = small_spec();
    spec.watch.rank = 1;
    Rows rows;
    Watch watch(rows, gauges);
    EXPECT_EQ(train(spec, &watch).status, "finished");
    EXPECT_GT(rows.at("rank", 5, "activation.effective_rank", 1), 0) << "the others go on";
    if (where == "nowhere") {
      EXPECT_TRUE(rows.events.empty());
      EXPECT_EQ(rows.at("rank", 5, "broken"), 1);
      EXPECT_EQ(measured, 6);
      continue;
    }
    ASSERT_EQ(rows.events.size(), 1U) << "reported once";
    EXPECT_EQ(rows.events[0].kind, "gauge-failed");
    EXPECT_EQ(rows.events[0].text.find("broken: "), 0U) << rows.events[0].text;
    EXPECT_LE(measured, 1) << "and left alone from then on";
    if (where != "start") {
      EXPECT_TRUE(std::isnan(rows.at("rank", 0, "broken")));
    }
  }
}

class FullDisk : public Rows {
 public:
  void append(const std::string&, std::int64_t, const float*) override { throw StoreError("store", "disk full"); }
};

TEST(Watch, LetsTheSinksErrorsThrough) {
  FullDisk rows;
  Watch watch(rows);
  EXPECT_THROW(train(small_spec(), &watch), StoreError);
}

TEST(Watch, MeasuringChangesNothing) {
  Spec spec = watched_all_over();
  spec.model.norm = "batch";
  spec.model.dropout = 0.2;
  spec.train.batch = 16;
  spec.train.optimizer = "adam";
  spec.data.validation = 0.2;
  Relay unwatched(nullptr);
  train(spec, &unwatched);
  Rows rows;
  Watch watch(rows);
  Relay watched(&watch);
  train(spec, &watched);
  EXPECT_EQ(rows.steps("sharpness").size(), 3U);
  EXPECT_EQ(watched.final_values, unwatched.final_values) << "bit by bit";
}

}  // namespace
}  // namespace gradclinic
