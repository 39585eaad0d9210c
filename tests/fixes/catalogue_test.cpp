#include <gtest/gtest.h>

#include <algorithm>

#include "fixes/patient.h"
#include "gradclinic/spec/toml.h"

namespace gradclinic {
namespace {

TEST(FixCatalogue, HasEveryFixThatAPathologyNames) {
  for (const Pathology& pathology : all_pathologies())
    for (const std::string& id : pathology.fixes) EXPECT_NE(find_fix(id), nullptr) << pathology.id << " names " << id;
}

TEST(FixCatalogue, EveryEntryIsComplete) {
  ASSERT_GE(all_fixes().size(), 32U);
  for (const Fix& fix : all_fixes()) {
    EXPECT_FALSE(fix.summary.empty() || fix.mechanism.empty() || fix.reference.empty()) << fix.id;
    EXPECT_TRUE(fix.pytorch || fix.id == "as-diagnosed") << fix.id << ": only that is told by the diagnosis";
    EXPECT_TRUE(fix.apply || fix.midway) << fix.id;
  }
}

/// What makes the patient need each fix.
const std::map<std::string, std::vector<Change>>& ailments() {
  static const std::map<std::string, std::vector<Change>> all = {
      {"he-init", {{"model.init", "normal"}}},
      {"lower-learning-rate", {{"train.lr", "30"}}},
      {"higher-learning-rate", {{"train.lr", "0.00001"}}},
      {"relu", {{"model.activation", "identity"}}},
      {"momentum", {{"train.momentum", "0.999"}}},
      {"scale-targets",
       {{"data.set", "teacher"}, {"train.loss", "mse"}, {"data.target_scale", "1000"}, {"train.lr", "0.01"}}},
      {"repair-labels", {{"data.shuffle_labels", "true"}}},
      {"larger-batch", {{"train.batch", "2"}}},
      {"weight-decay-down", {{"train.weight_decay", "1"}}},
      {"dropout-down", {{"model.dropout", "0.9"}}},
      {"longer-training", {{"train.steps", "4"}}},
      {"shorter-training", {{"train.steps", "900"}, {"data.samples", "24"}, {"data.noise", "0.6"}}},
      {"undo-clipping", {{"train.clip_norm", "0.0001"}}},
  };
  return all;
}

TEST(FixCatalogue, EveryFixChangesASpecThatNeedsItIntoAValidOneOnce) {
  for (const Fix& fix : all_fixes()) {
    if (!fix.apply) continue;
    const auto ailment = ailments().find(fix.id);
    const Spec spec = patient(ailment == ailments().end() ? std::vector<Change>{} : ailment->second);
    const Record record = record_of(spec);
    const Chart chart(record);
    Pilot pilot(chart, {});
    FixContext context{.spec = spec, .chart = chart, .pilot = pilot};
    if (fix.id == "as-diagnosed") context.removal = {{"model.dropout", "0.25"}};
    const auto changes = fix.apply(context);
    ASSERT_TRUE(changes) << fix.id;
    const Spec fixed = with(spec, *changes);
    EXPECT_NE(fixed, spec) << fix.id;
    EXPECT_NO_THROW(parse_spec(to_toml(fixed), fix.id)) << fix.id;
    EXPECT_FALSE(fix.pytorch && fix.pytorch(fixed).empty()) << fix.id;
    const bool acts_again = fix.id == "larger-batch" || fix.id == "weight-decay-up" || fix.id == "dropout-up" ||
                            fix.id.ends_with("learning-rate") || fix.id.ends_with("training");
    EXPECT_TRUE(acts_again || !fix.apply({fixed, chart, pilot})) << fix.id;
  }
}

TEST(FixCatalogue, NothingThatASpecCannotBeIsOffered) {
  const Record record = record_of(patient());
  const Chart chart(record);
  Pilot pilot(chart, {});
  const Spec shallow = patient({{"model.depth", "2"}});
  EXPECT_FALSE(find_fix("residual")->apply({shallow, chart, pilot}));
  const Spec single = patient({{"train.batch", "1"}});
  EXPECT_FALSE(find_fix("batch-norm")->apply({single, chart, pilot}));
  EXPECT_FALSE(find_fix("scale-targets")->apply({shallow, chart, pilot})) << "classes have no scale";
}

TEST(ClippingThreshold, IsThe90thPercentileOfTheNormsBeforeAnExplosion) {
  const Spec spec = patient({{"train.lr", "0.001"}, {"train.optimizer", "sgd"}});
  const Record record = record_of(spec);
  const Chart chart(record);
  Pilot pilot(chart, {});
  std::vector<float> norms = record.series("gradient_norm").values;
  std::ranges::sort(norms);
  const auto changes = find_fix("clip-norm")->apply({spec, chart, pilot});
  ASSERT_TRUE(changes);
  const double threshold = std::stod(changes->front().value);
  EXPECT_GE(threshold, norms[norms.size() * 85 / 100]);
  EXPECT_LE(threshold, norms[norms.size() * 95 / 100] * 1.001);
  const Spec exploding = patient({{"model.init_gain", "1e20"}, {"train.clip_norm", "0.0"}});
  const Record exploded = record_of(exploding);
  const Chart exploded_chart(exploded);
  const auto fallback = find_fix("clip-norm")->apply({exploding, exploded_chart, pilot});
  ASSERT_TRUE(fallback);
  EXPECT_EQ(std::stod(fallback->front().value), 1);
}

}  // namespace
}  // namespace gradclinic
