#include "gradclinic/diagnosis/counterfactual.h"

#include <gtest/gtest.h>

#include <cmath>
#include <new>

#include "diagnosis/patient.h"
#include "gradclinic/support/error.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

void expect_same(const std::vector<Point>& ours, const std::vector<Point>& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].step, theirs[i].step);
    EXPECT_EQ(ours[i].loss, theirs[i].loss);
    EXPECT_TRUE(ours[i].accuracy == theirs[i].accuracy ||
                (std::isnan(ours[i].accuracy) && std::isnan(theirs[i].accuracy)));
  }
}

void expect_same(const Course& ours, const Course& theirs) {
  expect_same(ours.training, theirs.training);
  expect_same(ours.validation, theirs.validation);
  EXPECT_EQ(ours.constant_loss, theirs.constant_loss);
  EXPECT_EQ(ours.held_out, theirs.held_out);
  EXPECT_EQ(ours.diverged, theirs.diverged);
}

TEST(Counterfactual, WithoutAChangeIsTheRunItself) {
  const Settings batches = {{"train.batch", "30"}, {"data.validation", "0.2"}, {"train.steps", "100"}};
  const std::vector<Settings> all = {
      {},
      batches,
      {{"train.lr", "1e6"}, {"model.activation", "relu"}},
      {{"data.set", "spiral"}, {"train.loss", "bce"}, {"model.norm", "batch"}, {"model.dropout", "0.3"}},
      {{"model.init", "lsuv"}, {"train.epochs", "40"}, {"train.steps", "0"}, {"watch.surveys", "7"}}};
  for (const Settings& settings : all) {
    const Spec spec = patient(settings);
    const Record record = record_of(spec);
    const std::vector<Counterfactual> results = carry_out(spec, {{}}, {});
    ASSERT_EQ(results.size(), 1U);
    expect_same(results[0].course, read_course(record));
    EXPECT_EQ(results[0].steps, record.outcome.steps);
  }
}

TEST(Counterfactual, IsTheChangedSpecsRun) {
  const Spec spec = patient({{"train.lr", "1e-4"}});
  const std::vector<Counterfactual> results =
      carry_out(spec, {{{"train.lr", "0.05"}}, {{"model.norm", "batch"}, {"model.activation", "relu"}}}, {});
  expect_same(results[0].course, read_course(record_of(patient({{"train.lr", "0.05"}}))));
  expect_same(
      results[1].course,
      read_course(record_of(patient({{"train.lr", "1e-4"}, {"model.norm", "batch"}, {"model.activation", "relu"}}))));
}

TEST(Counterfactual, DoesNotDependOnTheNumberOfThreads) {
  const Spec spec = patient({{"train.steps", "40"}, {"train.batch", "30"}, {"data.validation", "0.2"}});
  std::vector<std::vector<Change>> changes;
  for (const char* rate : {"0.001", "0.01", "0.1", "1", "1e9"})
    for (const char* norm : {"none", "batch", "no such norm"})
      changes.push_back({{"train.lr", rate}, {"model.norm", norm}});
  const std::vector<Counterfactual> alone = carry_out(spec, changes, {.threads = 1});
  for (int threads : {2, 5, 40}) {
    const std::vector<Counterfactual> together = carry_out(spec, changes, {.threads = threads});
    ASSERT_EQ(together.size(), alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      expect_same(together[i].course, alone[i].course);
      EXPECT_EQ(together[i].steps, alone[i].steps);
    }
  }
}

TEST(Counterfactual, AnImpossibleChangeHasAnEmptyCourse) {
  const Spec spec = patient({{"train.steps", "20"}});
  const std::vector<Counterfactual> results =
      carry_out(spec,
                {{{"train.loss", "cross_entropy"}},  // of a regression
                 {{"model.norm", "no such norm"}},
                 {{"train.epochs", "3"}},  // beside steps
                 {{"no.such.key", "1"}},
                 {{"data.set", "csv"}, {"data.path", "no/such/file.csv"}, {"data.target", "y"}},
                 {{"train.lr", "0.05"}}},
                {});
  ASSERT_EQ(results.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(results[i].course.empty()) << i;
    EXPECT_EQ(results[i].steps, 0);
  }
  EXPECT_FALSE(results[5].course.empty()) << "the others go on";
  EXPECT_TRUE(carry_out(spec, {}, {}).empty());
}

TEST(Counterfactual, EndsEarlyAtItsBoundOfWork) {
  const Spec spec = patient({});
  const Course whole = carry_out(spec, {{}}, {})[0].course;
  for (const double share : {0.5, 0.1}) {
    const Counterfactual part = carry_out(spec, {{}}, {.work = share * estimated_work(spec)})[0];
    EXPECT_GE(static_cast<double>(part.steps), share * 150 - 1);
    EXPECT_LE(static_cast<double>(part.steps), share * 150 + 8) << "ends at the next survey";
    ASSERT_LT(part.course.training.size(), whole.training.size());
    EXPECT_EQ(part.course.last().step, part.steps);
    for (std::size_t i = 0; i < part.course.training.size(); ++i)
      EXPECT_EQ(part.course.training[i].loss, whole.training[i].loss) << "up to there the same";
  }
  EXPECT_EQ(carry_out(spec, {{}}, {.work = estimated_work(spec)})[0].steps, 150);
}

TEST(Counterfactual, StopsWhenTold) {
  const std::atomic<bool> stop = true;
  EXPECT_LT(carry_out(patient({}), {{}}, {.stop = &stop})[0].steps, 10);
}

TEST(Counterfactual, ThrowsInTheCallerWhatAWorkerThrew) {
  for (const int threads : {1, 4})
    EXPECT_THROW(
        carry_out(patient({}), {{}, {}, {}, {}},
                  {.threads = threads, .on_progress = [](std::int64_t, std::int64_t) { throw std::bad_alloc(); }}),
        std::bad_alloc);
}

TEST(Counterfactual, RemembersATraining) {
  const Spec spec = patient({{"train.steps", "40"}});
  const auto memory = std::make_shared<CounterfactualMemory>();
  const std::atomic<bool> stop = true;
  EXPECT_LT(carry_out(spec, {{}}, {.stop = &stop, .memory = memory})[0].steps, 10);
  const Counterfactual done = carry_out(spec, {{}}, {.memory = memory})[0];
  EXPECT_EQ(done.steps, 40) << "one cut short is not remembered";
  // Told to stop, only what need not be trained comes to its end.
  const std::vector<Counterfactual> again =
      carry_out(spec, {{}, {{"train.lr", "0.002"}}}, {.stop = &stop, .memory = memory});
  expect_same(again[0].course, done.course);
  EXPECT_EQ(again[0].steps, 40);
  EXPECT_LT(again[1].steps, 10);
  EXPECT_LT(carry_out(spec, {{}}, {.work = 1, .stop = &stop, .memory = memory})[0].steps, 10)
      << "another bound of work";
}

TEST(With, ChangesKeysOrIsBadInput) {
  const Spec changed = with(patient({}), {{"train.lr", "0.5"}, {"model.residual", "true"}});
  EXPECT_EQ(changed, patient({{"train.lr", "0.5"}, {"model.residual", "true"}}));
  EXPECT_EQ(with(patient({}), {}), patient({}));
  EXPECT_THROW(with(patient({}), {{"model.depth", "0"}}), BadInput);
  EXPECT_THROW(with(patient({}), {{"model.deepness", "3"}}), BadInput);
}

}  // namespace
}  // namespace gradclinic
