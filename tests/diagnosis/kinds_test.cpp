// Networks of other kinds under the doctor: what is tried on them, and how it is trained.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/diagnosis/preflight.h"
#include "gradclinic/diagnosis/reference_recipes.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/train/work.h"
#include "record/made_engine.h"

namespace gradclinic {
namespace {

std::atomic<int> trained = 0;

Spec of_kind(const std::string& kind) {
  static const bool added = [] {
    for (const char* each : {"cnn", "rnn", "transformer"})
      add_engine(each, [](const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
                          const std::atomic<bool>* stop) {
        ++trained;
        return train_as_mlp(spec, data, generator, recorder, stop);
      });
    return true;
  }();
  EXPECT_TRUE(added);
  Spec spec;
  spec.data = {.set = "teacher", .samples = 200, .features = 6, .noise = 0.05};
  spec.model = {.kind = kind, .depth = 4, .width = 16, .init = "xavier_uniform"};
  if (kind == "rnn" || kind == "transformer") spec.model.token = 2;
  spec.train.optimizer = "adam";
  spec.train.lr = 1e-6;
  spec.train.steps = 150;
  return spec;
}

Record record_of(const Spec& spec) {
  MemoryRecorder recorder;
  run(spec, recorder);
  return recorder.take();
}

TEST(Kinds, EveryRecipeIsPossible) {
  for (const std::string kind : {"mlp", "cnn", "rnn", "transformer"}) {
    const Record record = record_of(of_kind(kind));
    const Chart chart(record);
    const std::vector<std::vector<Change>> recipes = reference_recipes(chart);
    EXPECT_GE(recipes.size(), 3U);
    for (const std::vector<Change>& recipe : recipes) EXPECT_NO_THROW(with(of_kind(kind), recipe)) << kind;
  }
}

TEST(Kinds, AGentlerArchitectureExistsForEach) {
  for (const std::string kind : {"mlp", "cnn", "rnn", "transformer"}) {
    Spec spec = of_kind(kind);
    if (kind == "transformer") spec.model.pre_norm = false;
    int possible = 0;
    for (const std::vector<Change>& changes : gentler_architectures(spec.model)) {
      try {
        EXPECT_NE(with(spec, changes), spec);
        ++possible;
      } catch (const std::exception&) {
        // Not for this kind.
      }
    }
    EXPECT_EQ(possible, kind == "rnn" ? 1 : 2) << kind;
  }
}

TEST(Kinds, TheDoctorTriesChangesWithTheEngine) {
  for (const std::string kind : {"cnn", "rnn", "transformer"}) {
    const Record record = record_of(of_kind(kind));
    trained = 0;
    const Diagnosis diagnosis = diagnose(record);
    EXPECT_EQ(diagnosis.verdict, Health::sick) << kind << ": " << diagnosis.summary;
    ASSERT_NE(diagnosis.cause(), nullptr);
    EXPECT_EQ(diagnosis.cause()->pathology, "learning-rate-too-low") << kind;
    EXPECT_EQ(static_cast<std::size_t>(trained), diagnosis.trials.size()) << "impossible changes are not trained";
    EXPECT_GE(std::ranges::count(diagnosis.trials, "reference", &Trial::suspect), 3);
  }
}

TEST(Kinds, ACounterfactualEndsAtItsBoundOfWork) {
  const Spec spec = of_kind("rnn");
  const Counterfactual whole = carry_out(spec, {{}}, {})[0];
  EXPECT_EQ(whole.steps, 150);
  const Counterfactual part = carry_out(spec, {{}}, {.work = 0.5 * estimated_work(spec)})[0];
  EXPECT_GE(part.steps, 74);
  EXPECT_LT(part.steps, 90);
  ASSERT_LT(part.course.training.size(), whole.course.training.size());
  for (std::size_t i = 0; i < part.course.training.size(); ++i)
    EXPECT_EQ(part.course.training[i].loss, whole.course.training[i].loss);
}

TEST(Kinds, BeforeTrainingTheorySaysWhyItIsSilent) {
  const Preflight preflight = examine_before_training(of_kind("rnn"));
  const auto silent = [](const Diagnosis::Gap& gap) {
    return gap.reason.find("multi-layer perceptrons, and this network is of kind rnn") != std::string::npos;
  };
  EXPECT_TRUE(std::ranges::any_of(preflight.diagnosis.gaps, silent));
}

TEST(Kinds, WorkGrowsWithTimeStepsAndPixels) {
  Spec rnn = of_kind("rnn"), cnn = of_kind("cnn");
  const double short_work = estimated_work(rnn), small_work = estimated_work(cnn);
  rnn.data.features *= 10;
  EXPECT_GT(estimated_work(rnn), 5 * short_work - 5 * 5e7);
  cnn.data.features = 784;
  EXPECT_GT(estimated_work(cnn), 10 * (small_work - 5e7));
  Spec strided = cnn;
  strided.model.stride = 2;
  EXPECT_LT(estimated_work(strided), estimated_work(cnn));
}

}  // namespace
}  // namespace gradclinic
