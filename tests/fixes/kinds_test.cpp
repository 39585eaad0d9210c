// Fixes on networks of other kinds.
#include <gtest/gtest.h>

#include "fixes/patient.h"
#include "gradclinic/fixes/candidates.h"
#include "gradclinic/fixes/examination.h"
#include "gradclinic/fixes/random_changes.h"
#include "record/made_engine.h"

namespace gradclinic {
namespace {

Spec of_kind(const std::string& kind) {
  add_engine(kind, train_as_mlp);
  Spec spec = patient({{"train.lr", "0.0001"}});
  spec.data.features = 4;
  spec.model = {.kind = kind, .depth = 4, .width = 16};
  if (kind == "rnn" || kind == "transformer") spec.model.token = 2;
  return spec;
}

TEST(Kinds, OnlyPossibleFixesAndRandomChangesAreTried) {
  for (const std::string kind : {"cnn", "rnn", "transformer"}) {
    const Spec spec = of_kind(kind);
    const Record record = record_of(spec);
    const Chart chart(record);
    Pilot pilot(chart, {});
    std::vector<std::string> all;
    for (const Fix& fix : all_fixes()) all.push_back(fix.id);
    std::set<std::string> keys;
    for (const Candidate& candidate : single_candidates(all, {spec, chart, pilot}, all.size())) {
      EXPECT_NO_THROW(with(spec, candidate.changes)) << kind;
      const Spec fixed = with(spec, candidate.changes);
      EXPECT_FALSE(find_fix(candidate.fixes.front())->pytorch(fixed).empty());
      for (const Change& change : candidate.changes) keys.insert(change.key);
    }
    EXPECT_TRUE(keys.contains("train.lr")) << kind;
    EXPECT_TRUE(keys.contains("model.init")) << kind;
    EXPECT_EQ(keys.contains("model.norm"), kind != "rnn");
    EXPECT_EQ(keys.contains("model.activation"), kind != "rnn");
    EXPECT_EQ(keys.contains("model.residual"), kind == "cnn");
    std::set<std::string> varied;
    for (const std::vector<Change>& changes : random_changes({spec, chart, pilot}, 1000, 1)) {
      EXPECT_NO_THROW(with(spec, changes));
      varied.insert(changes.front().key);
    }
    EXPECT_EQ(varied.contains("model.cell"), kind == "rnn");
    EXPECT_EQ(varied.contains("model.heads"), kind == "transformer");
    EXPECT_EQ(varied.contains("model.residual"), kind == "cnn");
  }
}

TEST(Kinds, AFixIsProvenWithTheEngine) {
  const Spec spec = of_kind("rnn");
  const Record record = record_of(spec);
  const TrialReport report = try_fixes(spec, record, sick_of("learning-rate-too-low"), {.seeds = 6});
  EXPECT_TRUE(report.proven);
  for (const TriedFix& tried : report.tried) EXPECT_EQ(tried.fixed.model.kind, "rnn");
  EXPECT_TRUE(report.tried.front().mechanism);
  EXPECT_GT(relative_step_time(spec, spec), 0);
}

TEST(Kinds, PyTorchLinesAreOfTheKind) {
  const auto lines = [](const std::string& fix, const Spec& spec) {
    std::string text;
    for (const std::string& line : find_fix(fix)->pytorch(spec)) text += line + "\n";
    return text;
  };
  EXPECT_NE(lines("batch-norm", of_kind("cnn")).find("nn.BatchNorm2d"), std::string::npos);
  EXPECT_NE(lines("layer-norm", of_kind("cnn")).find("nn.GroupNorm(1,"), std::string::npos);
  EXPECT_NE(lines("layer-norm", of_kind("transformer")).find("before attention"), std::string::npos);
  EXPECT_NE(lines("he-init", of_kind("cnn")).find("nn.Conv2d"), std::string::npos);
  EXPECT_NE(lines("orthogonal-init", of_kind("rnn")).find("orthogonal_(parameter, gain=1)"), std::string::npos);
  EXPECT_NE(lines("he-init", patient()).find("kaiming_normal_(module.weight, nonlinearity='relu')"), std::string::npos);
  EXPECT_NE(lines("gelu", of_kind("transformer")).find("activation=nn.GELU()"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
