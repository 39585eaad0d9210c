#include "gradclinic/lab/lab.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <thread>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

const std::string kExperiment = R"(
[experiment]
id = "made-up"
title = "Made up"
question = "Does it?"
notes = "A note."
seeds = 8
quick_seeds = 6
[data]
set = "noise"
samples = 20
[train]
steps = 30
[factors]
"model.activation" = ["relu", "tanh"]
[[figure]]
kind = "by-step"
quantity = "loss"
[[claim]]
id = "relu-is-lower"
says = "ReLU ends lower"
measure = "loss final"
left = {"model.activation" = "relu"}
is = "less"
right = {"model.activation" = "tanh"}
)";

/// A run that takes no time: the loss falls with the steps, for tanh half as fast.
Outcome pretend(const Spec& spec, Recorder& recorder, const std::atomic<bool>*) {
  recorder.begin({});
  recorder.open_table("step", {{"loss", 0}});
  const double rate = spec.model.activation == "relu" ? 1 : 0.5;
  float loss = 0;
  for (std::int64_t step = 0; step < spec.train.steps; ++step) {
    loss = static_cast<float>(spec.seed) / static_cast<float>(1 + rate * static_cast<double>(step));
    recorder.append("step", step, &loss);
  }
  const Outcome outcome{.status = "finished", .steps = spec.train.steps, .final_loss = loss, .seconds = 0.01};
  recorder.finish(outcome);
  return outcome;
}

LabOptions pretending() {
  LabOptions options;
  options.run = pretend;
  return options;
}

std::vector<Experiment> one_experiment() { return {parse_experiment(kExperiment, "made-up.toml")}; }

/// All that must not depend on threads or cache, as text.
std::string fingerprint(const LabResults& results) {
  std::string text;
  const auto add = [&](double number) { text += std::to_string(number) + " "; };
  for (const ExperimentResult& experiment : results.experiments) {
    text += experiment.id + experiment.setup + experiment.notes;
    for (const Figure& figure : experiment.figures)
      for (const Curve& curve : figure.curves)
        for (const double value : curve.median) add(value);
    for (const ClaimResult& claim : experiment.claims) {
      text += claim.id + name_of(claim.verdict) + claim.reason + claim.comparison;
      for (const double value : {claim.effect, claim.low, claim.high, claim.p, claim.p_holm}) add(value);
    }
    for (const GroupResult& group : experiment.groups) {
      text += group.label;
      for (const double value : {group.final_loss, group.final_loss_low, group.final_loss_high}) add(value);
    }
  }
  return text;
}

struct TemporaryFile {
  std::string path =
      (std::filesystem::temp_directory_path() / ("gradclinic-lab-test-" + std::to_string(getpid()) + ".cache"))
          .string();
  TemporaryFile() { remove(); }
  ~TemporaryFile() { remove(); }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  }
};

TEST(Lab, RunsEveryCellOnEverySeedAndJudges) {
  LabOptions options = pretending();
  options.jobs = 2;
  const LabResults results = run_lab(one_experiment(), options);
  ASSERT_EQ(results.experiments.size(), 1U);
  const ExperimentResult& experiment = results.experiments.front();
  EXPECT_EQ(results.runs, 16);
  EXPECT_EQ(experiment.runs, 16);
  EXPECT_EQ(experiment.seeds, 8);
  EXPECT_EQ(experiment.question, "Does it?");
  EXPECT_EQ(experiment.notes.find("A note."), 0U);
  EXPECT_NE(experiment.setup.find("noise"), std::string::npos);
  ASSERT_EQ(experiment.claims.size(), 1U);
  EXPECT_EQ(experiment.claims[0].verdict, Verdict::supported);
  EXPECT_NEAR(experiment.claims[0].effect, 15.5 / 30, 1e-6);
  ASSERT_EQ(experiment.groups.size(), 2U);
  EXPECT_EQ(experiment.groups[0].seeds, 8);
  EXPECT_NEAR(experiment.groups[0].final_loss, 45.5 / 30, 1e-6) << "the median of seeds 42 to 49";
  EXPECT_NEAR(experiment.groups[0].microseconds_per_step, 0.01 / 30 * 1e6, 1e-6);
  EXPECT_FALSE(results.interrupted);
  EXPECT_FALSE(results.started.empty());
}

TEST(Lab, TheRealEngineGivesTheSameForAnyNumberOfThreads) {
  LabOptions options;
  options.seeds = 6;
  const std::string alone = fingerprint(run_lab(one_experiment(), options));
  options.jobs = 4;
  EXPECT_EQ(fingerprint(run_lab(one_experiment(), options)), alone);
  EXPECT_EQ(alone.find("nan"), std::string::npos);
}

TEST(Lab, ARepeatedCommandTakesFinishedRunsFromTheCache) {
  const TemporaryFile file;
  std::atomic<int> trained{0};
  LabOptions options;
  options.cache = file.path;
  options.jobs = 2;
  options.run = [&](const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop) {
    ++trained;
    return pretend(spec, recorder, stop);
  };
  const std::string first = fingerprint(run_lab(one_experiment(), options));
  EXPECT_EQ(trained, 16);
  EXPECT_EQ(fingerprint(run_lab(one_experiment(), options)), first);
  EXPECT_EQ(trained, 16) << "nothing is run twice";
  options.seeds = 9;
  run_lab(one_experiment(), options);
  EXPECT_EQ(trained, 18) << "only the new seed";
  options.program = "another build";
  run_lab(one_experiment(), options);
  EXPECT_EQ(trained, 36) << "another build trusts no results of this one";
}

TEST(Lab, ExperimentsThatShareRunsDoNotTakeThemFromEachOther) {
  const TemporaryFile file;
  std::atomic<int> trained{0};
  LabOptions options;
  options.cache = file.path;
  options.run = [&](const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop) {
    ++trained;
    return pretend(spec, recorder, stop);
  };
  std::string other = kExperiment;
  other.replace(other.find("loss final"), 10, "loss best");
  const std::vector<Experiment> second{parse_experiment(other, "other.toml")};
  run_lab({one_experiment().front(), second.front()}, options);
  EXPECT_EQ(trained, 16) << "equal runs are run once";
  run_lab(one_experiment(), options);
  run_lab(second, options);
  EXPECT_EQ(trained, 16);
  other.replace(other.find("loss best"), 9, "loss mean");
  run_lab({parse_experiment(other, "third.toml")}, options);
  EXPECT_EQ(trained, 32) << "a new measure needs the records again";
  run_lab(one_experiment(), options);
  run_lab(second, options);
  EXPECT_EQ(trained, 32);
}

TEST(Lab, StoppingKeepsWhatIsDoneAndTheNextCommandResumes) {
  const TemporaryFile file;
  std::atomic<bool> stop{false};
  std::atomic<int> trained{0};
  LabOptions options;
  options.cache = file.path;
  options.stop = &stop;
  options.run = [&](const Spec& spec, Recorder& recorder, const std::atomic<bool>* flag) {
    Outcome outcome = pretend(spec, recorder, flag);
    if (++trained == 5) {
      stop = true;
      outcome.status = "interrupted";
    }
    return outcome;
  };
  const LabResults cut = run_lab(one_experiment(), options);
  EXPECT_TRUE(cut.interrupted);
  EXPECT_EQ(cut.runs, 4) << "the run under way does not count";
  stop = false;
  const LabResults whole = run_lab(one_experiment(), options);
  EXPECT_FALSE(whole.interrupted);
  EXPECT_EQ(whole.runs, 16);
  EXPECT_EQ(trained, 5 + 12);
  EXPECT_EQ(fingerprint(whole), fingerprint(run_lab(one_experiment(), pretending())));
}

TEST(Lab, ACellThatCannotBeRunIsANoteAndHarmsNoOther) {
  LabOptions options;
  options.jobs = 3;
  options.run = [](const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop) {
    if (spec.model.activation == "tanh") throw BadInput("data.path", "no such folder", "cifar");
    return pretend(spec, recorder, stop);
  };
  const ExperimentResult experiment = run_lab(one_experiment(), options).experiments.front();
  EXPECT_EQ(experiment.runs, 8);
  EXPECT_NE(experiment.notes.find("tanh"), std::string::npos) << experiment.notes;
  EXPECT_NE(experiment.notes.find("no such folder"), std::string::npos) << experiment.notes;
  EXPECT_EQ(experiment.claims.front().verdict, Verdict::inconclusive);
  EXPECT_EQ(experiment.groups[0].seeds, 8);
  EXPECT_EQ(experiment.groups.size(), 1U);
}

TEST(Lab, ThrowsInTheCallerWhatAWorkerThrew) {
  LabOptions options = pretending();
  options.jobs = 3;
  options.on_progress = [](const LabProgress& progress) {
    if (progress.done > 0) throw std::bad_alloc();
  };
  EXPECT_THROW(run_lab(one_experiment(), options), std::bad_alloc);
}

TEST(Lab, SaysWhatWasNotMeasured) {
  std::string text = kExperiment;
  text.replace(text.find("loss final"), 10, "lost final");
  const ExperimentResult experiment =
      run_lab({parse_experiment(text, "made-up.toml")}, pretending()).experiments.front();
  EXPECT_NE(experiment.notes.find("lost"), std::string::npos) << experiment.notes;
  EXPECT_NE(experiment.claims.front().reason.find("loss"), std::string::npos)
      << "the nearest: " << experiment.claims.front().reason;
}

TEST(Lab, ReportsProgress) {
  std::vector<LabProgress> seen;
  LabOptions options = pretending();
  options.jobs = 2;
  options.on_progress = [&](const LabProgress& progress) { seen.push_back(progress); };
  run_lab(one_experiment(), options);
  ASSERT_EQ(seen.size(), 17U);
  EXPECT_EQ(seen.front().done, 0);
  EXPECT_EQ(seen.back().done, 16);
  EXPECT_EQ(seen.back().total, 16);
  EXPECT_NEAR(seen.back().seconds_left, 0, 1e-6);
  EXPECT_GT(seen.back().runs_per_second, 0);
}

TEST(Lab, SeedsByOption) {
  const Experiment experiment = one_experiment().front();
  LabOptions options;
  EXPECT_EQ(seeds_of(experiment, options), 8);
  options.quick = true;
  EXPECT_EQ(seeds_of(experiment, options), 6);
  options.seeds = 3;
  EXPECT_EQ(seeds_of(experiment, options), 3);
}

TEST(Lab, DivergenceIsAResult) {
  std::string text = kExperiment;
  text.replace(text.find("steps = 30"), 10, "steps = 60\nlr = 1e6");
  LabOptions options;
  options.seeds = 6;
  const ExperimentResult experiment = run_lab({parse_experiment(text, "made-up.toml")}, options).experiments.front();
  EXPECT_EQ(experiment.runs, 12);
  EXPECT_EQ(experiment.groups[0].diverged, 6);
  EXPECT_TRUE(std::isinf(experiment.groups[0].final_loss));
  EXPECT_NE(experiment.claims.front().reason.find("Diverged"), std::string::npos) << experiment.claims.front().reason;
}

}  // namespace
}  // namespace gradclinic
