#include "gradclinic/lab/clinic.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "gradclinic/lab/patient_result.h"

namespace gradclinic {
namespace {

const std::string kExperiment = R"(
[experiment]
id = "tiny"
title = "Tiny"
question = "Does it?"
seeds = 6
first_seed = 3
[data]
set = "circle"
samples = 150
features = 2
[model]
depth = 4
width = 16
init = "he_normal"
[train]
loss = "bce"
optimizer = "momentum"
steps = 160
[factors]
"train.lr" = [1e-5, 0.1]
"model.activation" = ["relu", "tanh"]
[[treatment]]
pathology = "too slow"
fix = "a higher rate"
patient = {"train.lr" = 1e-5}
treated = {"train.lr" = 0.1}
outcome = "loss final"
mechanism = "loss final"
[[treatment]]
pathology = "nothing"
fix = "a lower rate"
patient = {"train.lr" = 0.1, "model.activation" = "relu"}
treated = {"train.lr" = 1e-5}
outcome = "loss final"
mechanism = "loss final"
[[treatment]]
pathology = "too slow"
fix = "a higher rate under tanh"
patient = {"train.lr" = 1e-5, "model.activation" = "relu"}
treated = {"train.lr" = 0.1, "model.activation" = "tanh"}
outcome = "loss final"
mechanism = "loss final"
)";

std::vector<Patient> patients() { return patients_of({parse_experiment(kExperiment, "tiny.toml")}); }

/// All but the costs, which depend on the clock.
std::string fingerprint(const std::vector<PatientResult>& results) {
  std::string text;
  for (PatientResult patient : results) {
    for (TrialResult& trial : patient.tried) trial.cost = 0;
    if (patient.random) patient.random->cost = 0;
    text += patient.experiment + patient.setting + to_bytes(patient);
  }
  return text;
}

struct TemporaryFile {
  std::string path =
      (std::filesystem::temp_directory_path() / ("gradclinic-clinic-test-" + std::to_string(getpid()) + ".cache"))
          .string();
  TemporaryFile() { remove(); }
  ~TemporaryFile() { remove(); }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  }
};

TEST(Clinic, TakesTheFirstCellOfEachPatientOnce) {
  const std::vector<Patient> found = patients();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].experiment, "tiny");
  EXPECT_EQ(found[0].setting, "lr 1e-05, relu");
  EXPECT_EQ(found[0].spec.train.lr, 1e-5);
  EXPECT_EQ(found[0].spec.seed, 3U);
  EXPECT_EQ(found[1].spec.train.lr, 0.1);
}

TEST(Clinic, ProvesAFixOnTheSickAndLeavesTheHealthyAlone) {
  const ClinicResults results = treat(patients(), {.quick = true});
  EXPECT_FALSE(results.interrupted);
  ASSERT_EQ(results.patients.size(), 2U);
  const PatientResult& slow = results.patients[0];
  EXPECT_EQ(slow.verdict, "sick");
  EXPECT_EQ(slow.cause, "learning-rate-too-low");
  EXPECT_FALSE(slow.sentence.empty());
  EXPECT_EQ(slow.measure, "training loss");
  EXPECT_EQ(slow.seeds, 5);
  ASSERT_FALSE(slow.tried.empty());
  const TrialResult& best = slow.tried.front();
  EXPECT_TRUE(best.proven);
  EXPECT_LT(best.outcome, slow.untreated);
  EXPECT_LE(best.low, best.effect);
  EXPECT_LE(best.effect, best.high);
  EXPECT_LT(best.high, 0);
  EXPECT_NEAR(best.coverage, 0.9375, 1e-12);
  EXPECT_FALSE(best.changes.empty());
  ASSERT_TRUE(slow.random);
  EXPECT_TRUE(slow.random->fixes.empty());
  EXPECT_EQ(slow.random->changes.size(), 1U);

  const PatientResult& healthy = results.patients[1];
  EXPECT_EQ(healthy.verdict, "healthy");
  EXPECT_EQ(healthy.cause, "");
  EXPECT_TRUE(healthy.tried.empty());
  EXPECT_FALSE(healthy.random);
}

TEST(Clinic, QuickTriesFewerFixes) {
  const std::vector<Patient> slow{patients().front()};
  const std::size_t all = treat(slow, {.seeds = 1}).patients.front().tried.size();
  EXPECT_LT(treat(slow, {.seeds = 1, .quick = true}).patients.front().tried.size(), all);
}

TEST(Clinic, GivesTheSameForAnyNumberOfThreadsAndFromTheCache) {
  const TemporaryFile file;
  ClinicOptions options{.threads = 2, .seeds = 2, .quick = true, .cache = file.path, .program = "this"};
  std::vector<LabProgress> seen;
  options.on_progress = [&](const LabProgress& progress) { seen.push_back(progress); };
  const ClinicResults fresh = treat(patients(), options);
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen.back().done, 2);
  EXPECT_EQ(seen.back().cached, 0);
  EXPECT_EQ(fingerprint(treat(patients(), {.seeds = 2, .quick = true}).patients), fingerprint(fresh.patients));

  seen.clear();
  const ClinicResults again = treat(patients(), options);
  ASSERT_EQ(seen.size(), 1U) << "nothing is left to do";
  EXPECT_EQ(seen.back().cached, 2);
  ASSERT_EQ(again.patients.size(), fresh.patients.size());
  for (std::size_t i = 0; i < again.patients.size(); ++i) {
    EXPECT_EQ(to_bytes(again.patients[i]), to_bytes(fresh.patients[i])) << "costs as well";
    EXPECT_EQ(again.patients[i].setting, fresh.patients[i].setting);
  }
  options.program = "another";
  treat(patients(), options);
  EXPECT_EQ(seen.back().cached, 0) << "another build trusts no results of this one";
  options.seeds = 1;
  treat(patients(), options);
  EXPECT_EQ(seen.back().cached, 0) << "nor do other seeds";
}

TEST(Clinic, KeepsFinishedPatientsWhenStopped) {
  const TemporaryFile file;
  std::atomic<bool> stop{false};
  ClinicOptions options{.seeds = 2, .quick = true, .cache = file.path, .stop = &stop};
  options.on_progress = [&](const LabProgress& progress) { stop = progress.done == 1; };
  const ClinicResults cut = treat(patients(), options);
  EXPECT_TRUE(cut.interrupted);
  ASSERT_EQ(cut.patients.size(), 1U);
  stop = true;
  options.on_progress = nullptr;
  EXPECT_EQ(fingerprint(treat(patients(), options).patients), fingerprint(cut.patients))
      << "what the cache has is shown";
  stop = false;
  const ClinicResults whole = treat(patients(), options);
  EXPECT_FALSE(whole.interrupted);
  EXPECT_EQ(whole.patients.size(), 2U);
}

TEST(Clinic, APatientThatCannotBeTreatedHarmsNoOther) {
  std::vector<Patient> some = patients();
  some[0].spec.data.set = "csv";
  some[0].spec.data.inputs = "nowhere.csv";
  std::vector<std::string> warnings;
  ClinicOptions options{.seeds = 1, .quick = true};
  options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
  const ClinicResults results = treat(some, options);
  EXPECT_FALSE(results.interrupted);
  ASSERT_EQ(results.patients.size(), 1U);
  EXPECT_EQ(results.patients[0].verdict, "healthy");
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("tiny, lr"), std::string::npos) << warnings[0];
}

}  // namespace
}  // namespace gradclinic
