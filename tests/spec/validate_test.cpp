#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "gradclinic/spec/toml.h"
#include "spec/error_of.h"

namespace gradclinic {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string mistake(const std::function<void(Spec&)>& change) {
  Spec spec;
  change(spec);
  return error_of([&] { validate(spec, "run"); });
}

TEST(Validate, TheDefaultIsSound) {
  EXPECT_EQ(mistake([](Spec&) {}), "");
}

TEST(Validate, SingleValues) {
  EXPECT_THAT(mistake([](Spec& s) { s.model.depth = 0; }), StartsWith("[run model.depth] out of range (got `0`)"));
  EXPECT_THAT(mistake([](Spec& s) { s.model.activation = "swish"; }), StartsWith("[run model.activation] not an"));
  EXPECT_THAT(mistake([](Spec& s) { s.train.lr = std::numeric_limits<double>::quiet_NaN(); }),
              StartsWith("[run train.lr] not a finite number (got `nan`)"));
  EXPECT_THAT(mistake([](Spec& s) { s.train.clip_norm = -1; }), StartsWith("[run train.clip_norm] out of range"));
  EXPECT_THAT(mistake([](Spec& s) { s.seed = ~std::uint64_t{0}; }), StartsWith("[run seed] out of range"));
}

TEST(Validate, KindsAreNames) {
  EXPECT_THAT(mistake([](Spec& s) { s.model.kind = "mpl"; }),
              AllOf(StartsWith("[run model.kind] not a kind of network (got `mpl`)"), HasSubstr("did you mean `mlp`?"),
                    HasSubstr("allowed: mlp, cnn, rnn, transformer, outside")));
}

TEST(Validate, EpochsOrSteps) {
  const auto both = [](Spec& s) { s.train.epochs = s.train.steps = 1; };
  EXPECT_THAT(mistake(both), StartsWith("[run train.steps] epochs and steps are both given"));
  EXPECT_EQ(mistake([](Spec& s) { s.train.epochs = 1; }), "");
  EXPECT_EQ(mistake([](Spec& s) { s.train.steps = 1; }), "");
}

TEST(Validate, StepScheduleNeedsAnInterval) {
  EXPECT_THAT(mistake([](Spec& s) { s.train.schedule = "step"; }), StartsWith("[run train.step_every]"));
  const auto with_interval = [](Spec& s) {
    s.train.schedule = "step";
    s.train.step_every = 1;
  };
  EXPECT_EQ(mistake(with_interval), "");
}

TEST(Validate, ResidualNeedsABlock) {
  const auto of_depth = [](std::int64_t depth) {
    return [depth](Spec& s) {
      s.model.residual = true;
      s.model.depth = depth;
    };
  };
  EXPECT_THAT(mistake(of_depth(2)), StartsWith("[run model.residual]"));
  EXPECT_EQ(mistake(of_depth(3)), "");
}

TEST(Validate, BatchNormNeedsTwoSamples) {
  const auto of_batch = [](std::int64_t batch, std::int64_t samples) {
    return [=](Spec& s) {
      s.model.norm = "batch";
      s.train.batch = batch;
      s.data.samples = samples;
    };
  };
  EXPECT_THAT(mistake(of_batch(1, 100)), StartsWith("[run model.norm] batch norm cannot"));
  EXPECT_THAT(mistake(of_batch(0, 1)), StartsWith("[run model.norm] batch norm cannot"));
  EXPECT_EQ(mistake(of_batch(2, 100)), "");
  EXPECT_EQ(mistake(of_batch(0, 2)), "");
}

TEST(Validate, FilesNeedTheirKeys) {
  EXPECT_THAT(mistake([](Spec& s) { s.data.set = "csv"; }), StartsWith("[run data.path] is missing"));
  const auto without_target = [](Spec& s) {
    s.data.set = "csv";
    s.data.path = "a.csv";
  };
  EXPECT_THAT(mistake(without_target), StartsWith("[run data.target] is missing"));
  EXPECT_THAT(mistake([](Spec& s) { s.data.set = "npy"; }), StartsWith("[run data.inputs] is missing"));
  const auto complete = [](Spec& s) {
    s.data.set = "npy";
    s.data.inputs = "x.npy";
    s.data.targets = "y.npy";
  };
  EXPECT_EQ(mistake(complete), "");
}

TEST(Validate, SizesFitMemory) {
  const auto of_size = [](std::int64_t depth, std::int64_t width, std::int64_t samples, std::int64_t features) {
    return [=](Spec& s) {
      s.model.depth = depth;
      s.model.width = width;
      s.data.samples = samples;
      s.data.features = features;
    };
  };
  EXPECT_THAT(mistake(of_size(3, 65536, 0, 10)),
              StartsWith("[run model.width] the parameters would take more than 8 GiB"));
  EXPECT_EQ(mistake(of_size(2, 65536, 0, 10)), "");
  EXPECT_THAT(mistake(of_size(10000, 1000, 0, 10)), HasSubstr("parameters"));
  EXPECT_THAT(mistake(of_size(1, 1, 100000000, 65536)), StartsWith("[run data.samples] the samples would take"));
  EXPECT_THAT(mistake(of_size(10000, 50, 100000, 10)), HasSubstr("one batch's activations"));
  EXPECT_EQ(mistake(of_size(100, 50, 60000, 784)), "");
  const auto in_batches = [&](Spec& s) {
    of_size(10000, 50, 100000, 10)(s);
    s.train.batch = 10;
  };
  EXPECT_EQ(mistake(in_batches), "");
}

}  // namespace
}  // namespace gradclinic
