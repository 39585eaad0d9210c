#include "gradclinic/spec/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spec/error_of.h"

namespace gradclinic {
namespace {

using ::testing::ElementsAre;

const char* const kHead = R"([experiment]
id = "flow"
title = "Flow"
)";

Experiment parsed(const std::string& rest) { return parse_experiment(kHead + rest, "file.toml"); }

std::vector<std::string> labels(const Experiment& experiment) {
  std::vector<std::string> result;
  for (const Cell& cell : cells(experiment)) result.push_back(cell.label);
  return result;
}

TEST(Experiment, HeadAndDefaults) {
  const Experiment plain = parsed("");
  EXPECT_EQ(plain.id, "flow");
  EXPECT_EQ(plain.title, "Flow");
  EXPECT_EQ(plain.seeds, 20);
  EXPECT_EQ(plain.first_seed, 42U);
  EXPECT_FALSE(plain.quick_seeds);
  EXPECT_EQ(plain.base, Spec());
  const Experiment full = parsed("question = \"why\"\nseeds = 3\nfirst_seed = 0\nquick_seeds = 2\nnotes = \"n\"\n");
  EXPECT_EQ(full.question, "why");
  EXPECT_EQ(full.seeds, 3);
  EXPECT_EQ(full.first_seed, 0U);
  EXPECT_EQ(full.quick_seeds, 2);
  EXPECT_EQ(full.notes, "n");
}

TEST(Experiment, WithoutFactorsThereIsOneCell) {
  const std::vector<Cell> all = cells(parsed("first_seed = 7\n[model]\ndepth = 6\n"));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].label, "flow");
  EXPECT_TRUE(all[0].factors.empty());
  EXPECT_EQ(all[0].spec.model.depth, 6);
  EXPECT_EQ(all[0].spec.seed, 7U);
  EXPECT_EQ(all[0].spec.name, "flow");
}

TEST(Cells, AreTheCrossProductInTheOrderWritten) {
  const Experiment experiment = parsed(R"(
[model]
width = 30
[factors]
"train.lr" = [1, 0.5]
"model.activation" = ["tanh", "relu", "sigmoid"]
)");
  EXPECT_THAT(labels(experiment),
              ElementsAre("1.0, tanh", "1.0, relu", "1.0, sigmoid", "0.5, tanh", "0.5, relu", "0.5, sigmoid"));
  const Cell cell = cells(experiment)[4];
  EXPECT_EQ(cell.factors.at("train.lr"), "0.5");
  EXPECT_EQ(cell.factors.at("model.activation"), "relu");
  EXPECT_EQ(cell.spec.train.lr, 0.5);
  EXPECT_EQ(cell.spec.model.activation, "relu");
  EXPECT_EQ(cell.spec.model.width, 30);
  EXPECT_EQ(cell.spec.name, "flow: 0.5, relu");
}

TEST(Cells, DottedKeysKeepTheOrderWritten) {
  const Experiment experiment = parsed(R"(
[factors]
model.depth = [3, 4]
train.lr = [1.0, 2.0]
model.width = [5, 6]
)");
  EXPECT_EQ(experiment.factors[1].name, "train.lr");
  EXPECT_EQ(labels(experiment)[1], "3, 1.0, 6");
}

TEST(Cells, BundlesSetSeveralKeys) {
  const Experiment experiment = parsed(R"(
[factors]
arm = [
  { label = "none" },
  { label = "all", set = { "model.norm" = "batch", model.residual = true, "train.lr" = 1 } },
]
)");
  const std::vector<Cell> all = cells(experiment);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].factors.at("arm"), "none");
  Spec expected;
  expected.name = "flow: none";
  EXPECT_EQ(all[0].spec, expected);
  expected.name = "flow: all";
  expected.model.norm = "batch";
  expected.model.residual = true;
  expected.train.lr = 1.0;
  EXPECT_EQ(all[1].spec, expected);
}

TEST(Cells, TextsThatLookLikeTomlStayTexts) {
  const Experiment experiment = parsed("[factors]\n\"data.path\" = [\"1\", \"\\\"q\\\"\", \"a # b\"]");
  EXPECT_THAT(labels(experiment), ElementsAre("1", "\"q\"", "a # b"));
  EXPECT_EQ(cells(experiment)[1].spec.data.path, "\"q\"");
}

TEST(Cells, SkipsLeaveOut) {
  const Experiment experiment = parsed(R"(
[factors]
"model.depth" = [3, 4, 5]
"model.norm" = ["none", "batch"]
[[skip]]
"model.depth" = 3
"model.norm" = "batch"
[[skip]]
"model.depth" = [4, 5]
"model.norm" = "none"
)");
  EXPECT_THAT(labels(experiment), ElementsAre("3, none", "4, batch", "5, batch"));
}

TEST(Selects, EveryNamedFactorMustAgree) {
  Cell cell;
  cell.factors = {{"a", "1"}, {"b", "2"}};
  EXPECT_TRUE(selects({}, cell));
  EXPECT_TRUE(selects({{"a", {"0", "1"}}}, cell));
  EXPECT_TRUE(selects({{"a", {"1"}}, {"b", {"2"}}}, cell));
  EXPECT_FALSE(selects({{"a", {"1"}}, {"b", {"3"}}}, cell));
  EXPECT_FALSE(selects({{"c", {"1"}}}, cell));
}

TEST(Figures, EveryKind) {
  const Experiment experiment = parsed(R"(
[factors]
"model.depth" = [3, 4]
"train.lr" = [0.1, 1]
"model.norm" = ["none", "batch"]
"model.width" = [20]
[[figure]]
kind = "by-layer"
quantity = "weight_grad.l2"
at = "start"
scale = "log"
title = "Norms"
where = { "model.depth" = 3 }
note = "see"
[[figure]]
kind = "by-step"
quantity = "weight_grad.l2 first"
[[figure]]
kind = "by-factor"
quantity = "steps to loss below 0.5"
x = "model.depth"
[[figure]]
kind = "heatmap"
quantity = "loss"
x = "model.depth"
y = "train.lr"
where = { "model.norm" = "batch" }
)");
  ASSERT_EQ(experiment.figures.size(), 4U);
  const FigureSpec& by_layer = experiment.figures[0];
  EXPECT_EQ(by_layer.kind, FigureKind::by_layer);
  EXPECT_EQ(by_layer.measure.quantity, "weight_grad.l2");
  EXPECT_EQ(by_layer.measure.moment, Moment::start);
  EXPECT_EQ(by_layer.scale, Scale::log);
  EXPECT_EQ(by_layer.title, "Norms");
  EXPECT_EQ(by_layer.note, "see");
  EXPECT_EQ(by_layer.where, (Selection{{"model.depth", {"3"}}}));
  EXPECT_EQ(by_layer.origin, "file.toml:10");
  const FigureSpec& by_step = experiment.figures[1];
  EXPECT_EQ(by_step.kind, FigureKind::by_step);
  EXPECT_EQ(by_step.measure.layers, Layers::first);
  EXPECT_EQ(by_step.scale, Scale::linear);
  EXPECT_EQ(by_step.title, "weight_grad.l2 first");
  EXPECT_TRUE(experiment.figures[2].measure.steps_to);
  EXPECT_EQ(experiment.figures[2].x, "model.depth");
  EXPECT_EQ(experiment.figures[3].kind, FigureKind::heatmap);
  EXPECT_EQ(experiment.figures[3].y, "train.lr");
}

TEST(Claims, ComparisonOfCells) {
  const ClaimSpec claim = parsed(R"(
[factors]
"model.activation" = ["sigmoid", "tanh", "relu"]
"model.depth" = [3, 4]
[[claim]]
id = "relu-flows-better"
says = "ReLU maintains better gradient flow than tanh"
source = "course notebook, section 1"
measure = "weight_grad.l2 first/last at start"
left = { "model.activation" = "relu" }
is = "greater"
right = [ { "model.activation" = "tanh" }, { "model.activation" = "sigmoid" } ]
margin = 1.1
acts = { measure = "gradient_norm max", above = 1 }
explain = "the slope is 1"
)")
                              .claims.at(0);
  EXPECT_EQ(claim.id, "relu-flows-better");
  EXPECT_EQ(claim.says, "ReLU maintains better gradient flow than tanh");
  EXPECT_EQ(claim.source, "course notebook, section 1");
  EXPECT_EQ(claim.measure.layers, Layers::first_over_last);
  EXPECT_EQ(claim.left, (Selection{{"model.activation", {"relu"}}}));
  EXPECT_EQ(claim.is, Comparison::greater);
  ASSERT_EQ(claim.right.size(), 2U);
  EXPECT_EQ(claim.right[1], (Selection{{"model.activation", {"sigmoid"}}}));
  EXPECT_EQ(claim.margin, 1.1);
  EXPECT_EQ(claim.scale, Scale::log);
  ASSERT_TRUE(claim.acts);
  EXPECT_EQ(claim.acts->measure.moment, Moment::max);
  EXPECT_EQ(claim.acts->above, 1.0);
  EXPECT_EQ(claim.explain, "the slope is 1");
  EXPECT_EQ(claim.origin, "file.toml:8");
}

TEST(Claims, ComparisonWithANumber) {
  const ClaimSpec claim = parsed(R"(
[[claim]]
id = "c"
says = "It learns"
measure = "loss final"
is = "below"
value = 0.5
)")
                              .claims.at(0);
  EXPECT_EQ(claim.is, Comparison::below);
  EXPECT_EQ(claim.value, 0.5);
  EXPECT_EQ(claim.scale, Scale::linear);
  EXPECT_TRUE(claim.right.empty());
  EXPECT_TRUE(claim.left.empty());
  EXPECT_FALSE(claim.margin);
  EXPECT_FALSE(claim.acts);
}

TEST(Claims, OneValueHasOneLabelHoweverItIsWritten) {
  const Experiment experiment = parsed(R"(
[factors]
"train.lr" = [1e-3, 1]
[[claim]]
id = "c"
says = "s"
measure = "loss"
left = { "train.lr" = 0.001 }
is = "less"
right = { "train.lr" = 1.0 }
)");
  EXPECT_TRUE(selects(experiment.claims[0].left, cells(experiment)[0]));
  EXPECT_TRUE(selects(experiment.claims[0].right[0], cells(experiment)[1]));
}

TEST(Treatments, AreRead) {
  const Experiment experiment = parsed(R"(
[factors]
"model.norm" = ["none", "batch"]
[[treatment]]
pathology = "vanishing gradients"
fix = "batch norm"
patient = { "model.norm" = "none" }
treated = { "model.norm" = "batch" }
outcome = "loss final"
mechanism = "weight_grad.l2 first/last at start"
[[treatment]]
pathology = "p"
fix = "f"
patient = { "model.norm" = "batch" }
treated = { "model.norm" = "none" }
outcome = "accuracy final"
better = "greater"
mechanism = "loss"
side_effect = "gradient_norm max"
)");
  ASSERT_EQ(experiment.treatments.size(), 2U);
  const TreatmentSpec& first = experiment.treatments[0];
  EXPECT_EQ(first.pathology, "vanishing gradients");
  EXPECT_EQ(first.fix, "batch norm");
  EXPECT_EQ(first.patient, (Selection{{"model.norm", {"none"}}}));
  EXPECT_EQ(first.treated, (Selection{{"model.norm", {"batch"}}}));
  EXPECT_EQ(first.outcome.quantity, "loss");
  EXPECT_FALSE(first.larger_is_better);
  EXPECT_EQ(first.mechanism.layers, Layers::first_over_last);
  EXPECT_FALSE(first.side_effect);
  EXPECT_TRUE(experiment.treatments[1].larger_is_better);
  EXPECT_EQ(experiment.treatments[1].side_effect->quantity, "gradient_norm");
}

}  // namespace
}  // namespace gradclinic
