#include "gradclinic/record/run.h"

#include <gtest/gtest.h>

#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "record/made_engine.h"

namespace gradclinic {
namespace {

Spec of_kind(const std::string& kind) {
  Spec spec;
  spec.data = {.set = "teacher", .samples = 60, .features = 6};
  spec.model = {.kind = kind, .depth = 3, .width = 8};
  if (kind != "mlp" && kind != "cnn") spec.model.token = 2;
  spec.train.steps = 20;
  return spec;
}

std::string error_of(const Spec& spec, Recorder& recorder) {
  try {
    run(spec, recorder);
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

TEST(Run, AKindWithoutAnEngineIsBadInputBeforeAnythingIsRecorded) {
  MemoryRecorder recorder;
  const std::string said = error_of(of_kind("transformer"), recorder);
  EXPECT_EQ(said.find("[model.kind] networks of this kind are trained by LibTorch"), 0U) << said;
  EXPECT_NE(said.find("(got `transformer`)"), std::string::npos) << said;
  EXPECT_NE(said.find("libtorch-dev"), std::string::npos) << said;
  EXPECT_TRUE(recorder.record().spec.empty());
  EXPECT_NE(error_of(of_kind("outside"), recorder).find("train it where it was built"), std::string::npos);
}

TEST(Run, AnEngineTrainsItsKind) {
  EXPECT_TRUE(can_train("mlp"));
  EXPECT_FALSE(can_train("rnn"));
  int calls = 0;
  add_engine("rnn", [&calls](const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
                             const std::atomic<bool>* stop) {
    ++calls;
    return train_as_mlp(spec, data, generator, recorder, stop);
  });
  EXPECT_TRUE(can_train("rnn"));
  MemoryRecorder own, engines;
  run(of_kind("mlp"), own);
  EXPECT_EQ(calls, 0);
  const Outcome outcome = run(of_kind("rnn"), engines);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(outcome.steps, 20);
  EXPECT_EQ(engines.record().spec, to_toml(of_kind("rnn")));
  EXPECT_EQ(engines.record().outcome.steps, 20);
  EXPECT_EQ(engines.record().tables.size(), own.record().tables.size());
  EXPECT_FALSE(can_train("cnn")) << "the others remain without";
}

}  // namespace
}  // namespace gradclinic
