// A training watched as if another framework carried it out gives the same record as one watched natively.
#include "gradclinic/instruments/outside_watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "gradclinic/instruments/watch.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/support/error.h"
#include "gradclinic/train/train.h"

namespace gradclinic {
namespace {

/// Samples x features, as frameworks lay out what we hold as features x samples.
std::vector<float> transposed(View<const float> values) {
  std::vector<float> result;
  for (Index column = 0; column < values.columns; ++column)
    for (Index row = 0; row < values.rows; ++row) result.push_back(values(row, column));
  return result;
}

bool of_parameters(Quantity quantity) {
  return quantity == Quantity::weight || quantity == Quantity::weight_grad || quantity == Quantity::update;
}

/// Shows a native training to an OutsideWatch, modules numbered from the last layer to the first.
class Stranger : public Observer {
 public:
  explicit Stranger(Sink& sink) : sink_(sink) {}

  void on_start(const Training& training) override {
    depth_ = training.network.depth();
    watch_.emplace(sink_, depth_);
    for (int layer = 1; layer < depth_; ++layer) watch_->set_activation(depth_ - layer, training.spec.model.activation);
  }
  bool wants_tensors(std::int64_t step) override {
    if (step % 4 == 0) watch_->want_histograms(), watch_->want_ranks();
    return true;
  }
  void see(Quantity quantity, int layer, View<const float> values) override {
    if (quantity == Quantity::weight) return;  // comes with its update
    if (of_parameters(quantity)) {
      const int module = depth_ - layer;
      watch_->see_shared(quantity, {&module, 1}, values);
      return;
    }
    const std::vector<float> batch = transposed(values);
    const UnitTensor tensor{batch.data(), values.columns, values.rows, 1};
    watch_->see(quantity, depth_ - layer, tensor);
    if (quantity == Quantity::activation) watch_->survey(depth_ - layer, tensor);
  }
  void see_update(int layer, View<const float> after, View<float> before) override {
    watch_->keep(depth_ - layer, before);
    watch_->see_weights(depth_ - layer, after);
  }
  void on_step(const Training& training, const StepSummary& summary) override {
    if (!watch_->started()) {
      std::vector<int> modules;
      std::vector<OutsideLayer> layers;
      for (int layer = 1; layer <= depth_; ++layer) {
        modules.push_back(depth_ - layer);
        layers.push_back({"layer", layer < depth_ ? training.spec.model.activation : "identity", 3, 4});
      }
      watch_->start(modules, layers);
    }
    watch_->end_step({summary.step, summary.loss, summary.accuracy, summary.lr, summary.gradient_norm,
                      summary.clipped_gradient_norm});
    if (summary.step == 0) watch_->take_survey(0, summary.loss, summary.accuracy, summary.accuracy);
  }
  void on_validation(std::int64_t step, double loss, double accuracy) override {
    watch_->validation(step, loss, accuracy);
  }
  void on_end(const Outcome&) override {}

 private:
  Sink& sink_;
  int depth_ = 0;
  std::optional<OutsideWatch> watch_;
};

Spec watched_spec(const std::string& activation) {
  Spec spec;
  spec.data = {.set = "blobs", .samples = 90, .features = 5, .validation = 0.2};
  spec.model = {.depth = 4, .width = 9, .activation = activation, .init = "xavier_normal", .bias_init = -0.3};
  spec.train = {.loss = "cross_entropy", .lr = 0.5, .batch = 0, .steps = 12, .clip_norm = 0.4};
  return spec;
}

template <class Watcher>
Record recorded(const Spec& spec) {
  MemoryRecorder recorder;
  recorder.begin({});
  Watcher watcher(recorder);
  train(spec, &watcher);
  return recorder.take();
}

void expect_same(const Table& one, const Table& other, const char* name) {
  ASSERT_EQ(one.columns, other.columns);
  ASSERT_EQ(one.steps, other.steps);
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    const float left = one.values[i], right = other.values[i];
    const Column& column = one.columns[i % one.columns.size()];
    if (std::isnan(left) || std::isnan(right))
      EXPECT_EQ(std::isnan(left), std::isnan(right)) << name << " " << column.quantity << " " << column.layer;
    else
      EXPECT_NEAR(left, right, 1e-4F * std::abs(right) + 1e-6F)
          << name << " " << column.quantity << " " << column.layer;
  }
}

TEST(OutsideWatch, RecordsWhatANativeWatchRecords) {
  for (const char* activation : {"relu", "tanh", "gelu"}) {
    const Spec spec = watched_spec(activation);
    const Record native = recorded<Watch>(spec);
    const Record outside = recorded<Stranger>(spec);
    expect_same(outside.tables.at("step"), native.tables.at("step"), activation);
    expect_same(outside.tables.at("validation"), native.tables.at("validation"), activation);
  }
}

TEST(OutsideWatch, TakesTheHistogramsAndRanksOfANativeWatch) {
  Spec spec = watched_spec("relu");
  spec.watch.histograms = spec.watch.rank = 4;
  const Record outside = recorded<Stranger>(spec);
  EXPECT_EQ(outside.tables.at("histograms").steps, (std::vector<std::int64_t>{0, 4, 8}));
  expect_same(outside.tables.at("histograms"), recorded<Watch>(spec).tables.at("histograms"), "histograms");
  expect_same(outside.tables.at("rank"), recorded<Watch>(spec).tables.at("rank"), "rank");
}

TEST(OutsideWatch, TakesTheHistogramOfALargeTensorFromEntriesSpreadOverIt) {
  MemoryRecorder recorder;
  recorder.begin({});
  OutsideWatch watch(recorder, 1);
  watch.start({0}, {{"layer", "identity", 1024, 300}});
  // A matrix whose columns each hold one magnitude, a quarter of them another: a stride of a row's length would miss
  // it.
  std::vector<float> weights(1024 * 300);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = i % 1024 < 256 ? 1.0F : 0.001F;
  watch.want_histograms();
  watch.keep(0, {weights.data(), 300, 1024});
  for (float& weight : weights) weight *= 2;
  watch.see_weights(0, {weights.data(), 300, 1024});
  watch.end_step({});
  watch.end_step({});  // nothing wanted
  const Record record = recorder.take();
  EXPECT_EQ(record.tables.at("histograms").steps.size(), 1U);
  EXPECT_NEAR(record.series("weight.histogram.0", 1).values.front(), 0.25, 0.01);
  EXPECT_NEAR(record.series("update.histogram.0", 1).values.front(), 0.25, 0.01);
  EXPECT_NEAR(record.series("weight.histogram.-10", 1).values.front(), 0.75, 0.01);  // 0.002 is 2^-9
  EXPECT_TRUE(std::isnan(record.series("weight_grad.histogram.0", 1).values.front()));
}

TEST(OutsideWatch, SurveysAFullBatchAsANativeSurveyDoes) {
  const Spec spec = watched_spec("relu");  // its whole training part is one batch, below a survey's 512 samples
  const Record native = recorded<Watch>(spec);
  const Record outside = recorded<Stranger>(spec);
  for (const char* quantity : {"survey.dead", "survey.saturated", "survey.alike", "survey.spread", "survey.dimensions"})
    for (int layer = 1; layer < 4; ++layer) {
      const float seen = outside.series(quantity, layer).values.front();
      const float wanted = native.series(quantity, layer).values.front();
      EXPECT_NEAR(seen, wanted, 1e-3F * std::abs(wanted)) << quantity << " of layer " << layer;
    }
}

TEST(OutsideWatch, TellsTheFirstTensorThatIsNotFinite) {
  MemoryRecorder recorder;
  recorder.begin({});
  OutsideWatch watch(recorder, 2);
  const float values[] = {1, std::nanf(""), 2, 3};
  watch.see(Quantity::activation, 1, {values, 2, 2, 1});
  watch.see(Quantity::activation, 0, {values, 2, 2, 1});
  watch.start({0, 1}, {{"first", "relu", 2, 2}, {"second", "identity", 2, 2}});
  watch.end_step({.step = 7, .loss = 1});
  watch.end_step({.step = 8, .loss = 1});
  ASSERT_EQ(recorder.record().events.size(), 1U);
  EXPECT_EQ(recorder.record().events[0].layer, 2);
  EXPECT_EQ(recorder.record().events[0].step, 7);
  EXPECT_EQ(recorder.record().series("network.inputs", 1).values, (std::vector<float>{2}));
}

TEST(OutsideWatch, RefusesAnUnknownActivation) {
  MemoryRecorder recorder;
  OutsideWatch watch(recorder, 1);
  EXPECT_THROW(watch.set_activation(0, "rellu"), BadInput);
}

}  // namespace
}  // namespace gradclinic
