// TorchScript models trained in C++, against the same trainings in eager PyTorch.
#include "script_training.h"

#include <cmath>

#include "cases.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "script_patient.h"

namespace gradclinic::torch {
namespace {

ScriptPatient patient(const std::string& name) { return {cases() / (name + ".pt"), cases() / (name + ".npz")}; }

class EveryCase : public testing::TestWithParam<const char*> {};

TEST_P(EveryCase, LossesAreThoseOfEagerPyTorchToTheBit) {
  const nlohmann::json run = eager(GetParam());
  const Record record = patient(GetParam()).train(spec_of(run));
  const Series losses = record.series("loss");
  ASSERT_EQ(losses.values.size(), run["losses"].size());
  for (std::size_t i = 0; i < losses.values.size(); ++i)
    EXPECT_EQ(losses.values[i], run["losses"][i].get<float>()) << "step " << i;
  EXPECT_EQ(record.outcome.status, "finished");
  EXPECT_EQ(record.outcome.steps, run["steps"].get<std::int64_t>());
}

TEST_P(EveryCase, WatchingAndSurveysChangeNothing) {
  const nlohmann::json run = eager(GetParam());
  const ScriptPatient model = patient(GetParam());
  const Record watched = model.train(spec_of(run));
  Spec seldom = spec_of(run);
  seldom.watch.surveys = 1;
  const Record quiet = model.train(seldom, {.watches = false});
  EXPECT_EQ(watched.outcome.final_loss, quiet.outcome.final_loss);
  EXPECT_EQ(watched.series("survey.loss").values.back(), quiet.series("survey.loss").values.back());
  EXPECT_TRUE(quiet.series("loss").values.empty());
}

INSTANTIATE_TEST_SUITE_P(All, EveryCase,
                         testing::Values("net", "traced", "words", "momentum", "nesterov", "adam", "rmsprop", "full"),
                         [](const auto& each) { return std::string(each.param); });

TEST(ScriptTraining, EveryGaugeOfTheFirstStepIsWhatPlainCallsMeasure) {
  const nlohmann::json run = eager("net");
  const Record record = patient("net").train(spec_of(run));
  int compared = 0;
  for (const auto& [name, values] : run["first"].items()) {
    if (name == "whole") continue;
    const std::string quantity = name.substr(0, name.find(' '));
    const int layer = std::stoi(name.substr(name.find(' ')));
    for (const auto& [gauge, value] : values.items()) {
      const Series seen = record.series(quantity + "." + gauge, layer);
      if (seen.values.empty()) continue;
      EXPECT_NEAR(seen.values.front(), value.get<double>(), 2e-4 * std::abs(value.get<double>()) + 1e-6)
          << quantity << "." << gauge << " of layer " << layer;
      ++compared;
    }
  }
  EXPECT_GT(compared, 26 * 5);
  for (const auto& [name, value] : run["first"]["whole"].items())
    EXPECT_NEAR(record.series(name).values.front(), value.get<double>(), 1e-4 * value.get<double>()) << name;
}

TEST(ScriptTraining, FindsWhatTheNetworkIsMadeOf) {
  const Spec net = parse_spec(patient("net").train(spec_of(eager("net"))).spec, "net");
  EXPECT_EQ(net.model.kind, "outside");
  EXPECT_EQ(net.model.layers, "conv one two head");
  EXPECT_EQ(net.model.depth, 4);
  EXPECT_EQ(net.model.norm, "batch");
  EXPECT_NEAR(net.model.dropout, 0.2, 1e-9);
  EXPECT_FALSE(net.model.residual);
  const Record words = patient("words").train(spec_of(eager("words")));
  const Spec sequence = parse_spec(words.spec, "words");
  EXPECT_EQ(sequence.model.layers,
            "rnn attention.self_attn attention.self_attn.out_proj attention.linear1 attention.linear2 head");
  EXPECT_EQ(sequence.model.norm, "layer");
  EXPECT_TRUE(sequence.model.residual);
  EXPECT_EQ(sequence.model.activation, "relu");
  for (const Event& event : words.events) EXPECT_EQ(event.text.find("traced"), std::string::npos) << event.text;
  EXPECT_TRUE(std::isnan(words.series("data.input_rms").values.front()));  // words have no scale
  const Record plain = patient("adam").train(spec_of(eager("adam")));
  const Spec blocks = parse_spec(plain.spec, "adam");
  EXPECT_EQ(blocks.model.layers, "0 2.linear 3.linear 4");
  EXPECT_EQ(blocks.model.activation, "relu");
  EXPECT_TRUE(blocks.model.residual);
  EXPECT_EQ(plain.series("network.inputs", 1).values.front(), 6);
  EXPECT_EQ(plain.series("network.inputs", 2).values.front(), 16);
  EXPECT_EQ(plain.series("data.samples").values.front(), 90);
}

TEST(ScriptTraining, SurveysAreOfAFixedSampleInEvaluationMode) {
  // With a batch norm that has seen nothing yet, the first survey normalizes by 0 and 1, whatever dropout draws.
  const nlohmann::json run = eager("net");
  Spec other = spec_of(run);
  other.seed = 99;
  const ScriptPatient model = patient("net");
  const Record one = model.train(spec_of(run)), two = model.train(other);
  EXPECT_EQ(one.series("survey.loss").values.front(), two.series("survey.loss").values.front());
  EXPECT_EQ(one.series("survey.loss").steps.front(), 0);
  EXPECT_EQ(one.series("survey.loss").steps.back(), 40);
  EXPECT_EQ(one.series("survey.loss").steps.size(), 21);
  EXPECT_GT(one.series("survey.dimensions", 1).values.front(), 1);
}

TEST(ScriptTraining, ALossThatIsNotFiniteIsAResult) {
  Spec spec = spec_of(eager("momentum"));
  spec.train.lr = 1e6;
  const Record record = patient("momentum").train(spec);
  EXPECT_EQ(record.outcome.status, "diverged");
  EXPECT_FALSE(std::isfinite(record.outcome.final_loss));
  EXPECT_LT(record.outcome.steps, spec.train.steps);
}

TEST(ScriptTraining, SamplesHeldOutAreJudgedApart) {
  Spec spec = spec_of(eager("momentum"));
  spec.data.validation = 0.2;
  const Record record = patient("momentum").train(spec);
  EXPECT_EQ(record.series("data.samples").values.front(), 72);
  EXPECT_EQ(record.series("data.held_out").values.front(), 18);
  EXPECT_EQ(record.series("validation_loss").values.size(), record.series("survey.loss").values.size() - 1);
}

TEST(Retraining, ChangesOfTheTrainingAreThatTraining) {
  const ScriptPatient model = patient("momentum");
  const Spec base = parse_spec(model.train(spec_of(eager("momentum"))).spec, "base");
  const Counterfactual tried = model.retrain(
      base, with(base, {{"train.optimizer", "adam"}, {"train.lr", "0.004"}, {"train.momentum", "0.5"}}), {});
  const Record adam = model.train(spec_of(eager("adam")));
  ASSERT_FALSE(tried.course.empty());
  EXPECT_EQ(tried.steps, 40);
  EXPECT_DOUBLE_EQ(tried.course.last().loss, read_course(adam).last().loss);
}

TEST(Retraining, StandardizesAndInitializes) {
  const ScriptPatient model = patient("momentum");
  const Spec base = parse_spec(model.train(spec_of(eager("momentum"))).spec, "base");
  const Counterfactual as_it_is = model.retrain(base, base, {});
  for (const auto& changes : std::vector<std::vector<Change>>{{{"data.standardize", "true"}},
                                                              {{"data.standardize_target", "true"}},
                                                              {{"model.init", "he_normal"}},
                                                              {{"model.init_gain", "0.5"}},
                                                              {{"train.warmup", "10"}},
                                                              {{"train.schedule", "cosine"}},
                                                              {{"train.clip_norm", "0.01"}}}) {
    const Counterfactual tried = model.retrain(base, with(base, changes), {});
    ASSERT_FALSE(tried.course.empty()) << changes[0].key;
    EXPECT_NE(tried.course.last().loss, as_it_is.course.last().loss) << changes[0].key;
  }
}

TEST(Retraining, AnotherArchitectureGivesNoCourse) {
  const ScriptPatient model = patient("net");
  const Spec base = parse_spec(model.train(spec_of(eager("net"))).spec, "base");
  for (const char* key : {"model.activation", "model.norm", "model.residual", "model.depth", "train.loss"}) {
    const std::map<std::string, std::string> values = {{"model.activation", "tanh"},
                                                       {"model.norm", "layer"},
                                                       {"model.residual", "true"},
                                                       {"model.depth", "9"},
                                                       {"train.loss", "mse"}};
    EXPECT_TRUE(model.retrain(base, with(base, {{key, values.at(key)}}), {}).course.empty()) << key;
  }
  EXPECT_FALSE(model.retrain(base, with(base, {{"model.dropout", "0.0"}}), {}).course.empty());
  EXPECT_THROW(patient("traced").retrain(base, with(base, {{"model.dropout", "0.0"}}), {}), BadInput);
}

TEST(Retraining, APlainNetworkTakesThePlaceOfEveryKind) {
  for (const char* name : {"net", "words", "adam", "full"}) {
    SCOPED_TRACE(name);
    const ScriptPatient model = patient(name);
    const Spec base = parse_spec(model.train(spec_of(eager(name))).spec, "base");
    const Counterfactual plain = model.train_plain(base, {});
    ASSERT_FALSE(plain.course.empty());
    EXPECT_EQ(plain.steps, eager(name)["steps"].get<std::int64_t>());
    EXPECT_LT(plain.course.last().loss, 0.95 * plain.course.training.front().loss);
  }
}

TEST(Retraining, EndsEarlyAtItsWork) {
  const ScriptPatient model = patient("momentum");
  const Spec base = parse_spec(model.train(spec_of(eager("momentum"))).spec, "base");
  const Counterfactual tried = model.retrain(base, base, {.work = 1});
  EXPECT_EQ(tried.steps, 6);  // an epoch of 90 samples in batches of 16
}

}  // namespace
}  // namespace gradclinic::torch
