#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "gradclinic/spec/toml.h"
#include "spec/error_of.h"

namespace gradclinic {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A sound spec of a kind.
Spec of_kind(const std::string& kind) {
  Spec spec;
  spec.model.kind = kind;
  spec.model.width = 48;
  if (kind == "rnn" || kind == "transformer") spec.model.token = 5;
  return spec;
}

std::string mistake(const std::string& kind, const std::function<void(Spec&)>& change) {
  Spec spec = of_kind(kind);
  change(spec);
  return error_of([&] { validate(spec, "run"); });
}

TEST(ModelMistakes, EveryKindHasSoundSpecs) {
  for (const char* kind : {"mlp", "cnn", "rnn", "transformer"}) EXPECT_EQ(mistake(kind, [](Spec&) {}), "") << kind;
}

TEST(ModelMistakes, KeysOfAnotherKindAreRefused) {
  const auto set = [](const char* key, const char* value) { return [=](Spec& s) { set_key(s, key, value); }; };
  struct Case {
    const char* key;
    const char* value;
    std::vector<std::string> kinds;
  };
  const std::vector<Case> cases = {
      {"model.cell", "gru", {"mlp", "cnn", "transformer"}}, {"model.token", "2", {"mlp", "cnn"}},
      {"model.heads", "2", {"mlp", "cnn", "rnn"}},          {"model.pre_norm", "false", {"mlp", "cnn", "rnn"}},
      {"model.stride", "2", {"mlp", "rnn", "transformer"}}, {"model.norm", "layer", {"rnn"}},
      {"model.residual", "true", {"rnn", "transformer"}},   {"model.activation", "tanh", {"rnn"}}};
  for (const auto& [key, value, without] : cases) {
    for (const char* kind : {"mlp", "cnn", "rnn", "transformer"}) {
      const bool refused = std::find(without.begin(), without.end(), kind) != without.end();
      const std::string said =
          "[run " + std::string(key) + "] networks of kind " + kind + " do not have it (got `" + value + "`)";
      EXPECT_THAT(mistake(kind, set(key, value)), StartsWith(refused ? said : "")) << kind << " " << key;
      EXPECT_EQ(mistake(kind, set(key, value)).empty(), !refused) << kind << " " << key;
    }
  }
  EXPECT_THAT(mistake("cnn", set("model.cell", "gru")), HasSubstr("leave it out, or at tanh"));
}

TEST(ModelMistakes, TimeStepsAreWhole) {
  for (const char* kind : {"rnn", "transformer"}) {
    EXPECT_THAT(mistake(kind, [](Spec& s) { s.model.token = 0; }), StartsWith("[run model.token] is missing"));
    EXPECT_THAT(mistake(kind, [](Spec& s) { s.model.token = 3; }),
                AllOf(StartsWith("[run model.token] does not divide the features"), HasSubstr("(got `3`)"),
                      HasSubstr("data.features = 10")));
    const auto of_images = [](Spec& s) {
      s.data.set = "mnist";
      s.model.token = 28;
    };
    EXPECT_EQ(mistake(kind, of_images), "") << "mnist has its own features";
  }
}

TEST(ModelMistakes, ConvolutionsComeInPairsForAResidual) {
  const auto of_depth = [](std::int64_t depth, bool residual) {
    return [=](Spec& s) {
      s.model.depth = depth;
      s.model.residual = residual;
    };
  };
  EXPECT_THAT(mistake("cnn", of_depth(1, false)), StartsWith("[run model.depth] too few layers (got `1`)"));
  EXPECT_EQ(mistake("cnn", of_depth(2, false)), "");
  for (const std::int64_t depth : {2, 3, 5, 21})
    EXPECT_THAT(mistake("cnn", of_depth(depth, true)), StartsWith("[run model.residual] the convolutions")) << depth;
  for (const std::int64_t depth : {4, 6, 20}) EXPECT_EQ(mistake("cnn", of_depth(depth, true)), "") << depth;
}

TEST(ModelMistakes, ACnnNormalizesABatchOfOne) {
  const auto single = [](Spec& s) {
    s.model.norm = "batch";
    s.train.batch = 1;
  };
  EXPECT_EQ(mistake("cnn", single), "");
  EXPECT_THAT(mistake("mlp", single), StartsWith("[run model.norm] batch norm cannot"));
}

TEST(ModelMistakes, RecurrentAndEncodersNeedTheirLayers) {
  const auto of_depth = [](std::int64_t depth) { return [=](Spec& s) { s.model.depth = depth; }; };
  EXPECT_THAT(mistake("rnn", of_depth(1)), StartsWith("[run model.depth] too few layers"));
  EXPECT_EQ(mistake("rnn", of_depth(2)), "");
  EXPECT_THAT(mistake("transformer", of_depth(2)), StartsWith("[run model.depth] too few layers"));
  EXPECT_EQ(mistake("transformer", of_depth(3)), "");
}

TEST(ModelMistakes, ATransformersWidthIsSharedByItsHeads) {
  EXPECT_THAT(
      mistake("transformer", [](Spec& s) { s.model.width = 50; }),
      AllOf(StartsWith("[run model.width] not a multiple of the heads (got `50`)"), HasSubstr("model.heads = 4")));
  EXPECT_THAT(mistake("transformer", [](Spec& s) { s.model.norm = "batch"; }),
              StartsWith("[run model.norm] a transformer has no batch norm"));
}

TEST(ModelMistakes, SizesAreThoseOfTheKind) {
  const auto of_size = [](std::int64_t depth, std::int64_t width) {
    return [=](Spec& s) {
      s.model.depth = depth;
      s.model.width = width;
    };
  };
  const auto lstm = [](Spec& s) {
    s.model.width = 20000;
    s.model.cell = "lstm";
  };
  for (const char* kind : {"cnn", "transformer"})
    EXPECT_THAT(mistake(kind, of_size(4, 20000)), HasSubstr("the parameters would take")) << kind;
  for (const char* kind : {"mlp", "rnn"}) EXPECT_EQ(mistake(kind, of_size(3, 20000)), "") << kind;
  EXPECT_THAT(mistake("rnn", lstm), HasSubstr("the parameters would take"));
  const auto long_sequences = [](Spec& s) {
    s.data.features = 5000;
    s.data.samples = 100000;
  };
  EXPECT_THAT(mistake("rnn", long_sequences), HasSubstr("one batch's activations"));
  EXPECT_EQ(mistake("mlp", long_sequences), "");
}

TEST(ModelMistakes, DefaultsAreNotWritten) {
  EXPECT_EQ(to_toml(of_kind("rnn")).find("cell"), std::string::npos);
  Spec spec = of_kind("rnn");
  spec.model.cell = "gru";
  EXPECT_THAT(to_toml(spec), HasSubstr("cell = \"gru\"\ntoken = 5\n"));
}

}  // namespace
}  // namespace gradclinic
