#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradclinic/spec/experiment.h"
#include "spec/error_of.h"

namespace gradclinic {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string parse_error(const std::string& text) {
  return error_of([&] { parse_experiment(text, "file.toml"); });
}

// Ten lines; what a case adds begins on the eleventh.
const char* const kSound = R"([experiment]
id = "flow"
title = "Flow"

[factors]
"model.depth" = [3, 4]
"model.norm" = ["none", "batch"]
"train.lr" = [0.1, 1]
arm = [ { label = "plain" }, { label = "residual", set = { "model.residual" = true } } ]

)";

struct Mistaken {
  const char* text;
  const char* begins;
  const char* has;
};

class WholeFile : public ::testing::TestWithParam<Mistaken> {};
class Added : public ::testing::TestWithParam<Mistaken> {};

TEST_P(WholeFile, NamesTheMistake) {
  const std::string error = parse_error(GetParam().text);
  EXPECT_THAT(error, StartsWith(GetParam().begins));
  EXPECT_THAT(error, HasSubstr(GetParam().has));
}

TEST_P(Added, NamesTheMistake) {
  const std::string error = parse_error(std::string(kSound) + GetParam().text);
  EXPECT_THAT(error, StartsWith(GetParam().begins));
  EXPECT_THAT(error, HasSubstr(GetParam().has));
}

TEST(ExperimentErrors, TheCleanFileHasNone) { EXPECT_EQ(parse_error(kSound), ""); }

INSTANTIATE_TEST_SUITE_P(
    Head, WholeFile,
    ::testing::Values(
        Mistaken{"", "[file.toml] is not an experiment", "[experiment]"},
        Mistaken{"[experiment]\nid = \"x\"", "[file.toml:1 experiment.title] is missing", "any text"},
        Mistaken{"[experiment]\nid = \"x\"\ntitle = \"\"", "[file.toml:3 experiment.title] is empty", ""},
        Mistaken{"[experiment]\nid = \"../x\"\ntitle = \"t\"", "[file.toml:2 experiment.id] not an id (got `../x`)",
                 ""},
        Mistaken{"[experiment]\nid = \"X\"\ntitle = \"t\"", "[file.toml:2 experiment.id] not an id", "lower-case"},
        Mistaken{"[experiment]\nid = \"x--y\"\ntitle = \"t\"", "[file.toml:2 experiment.id] not an id", "dashes"},
        Mistaken{"[experiment]\nid = \"x\"\ntitel = \"t\"", "[file.toml:3 experiment.titel] unknown key",
                 "did you mean `experiment.title`? allowed in [experiment]: id, title"},
        Mistaken{"[experiment]\nid = \"x\"\ntitle = \"t\"\nseeds = 0", "[file.toml:4 experiment.seeds] out of range",
                 "from 1 to 10000"},
        Mistaken{"seed = 3\n[experiment]\nid = \"x\"\ntitle = \"t\"", "[file.toml:1 seed] is not set by an experiment",
                 "experiment.first_seed"},
        Mistaken{"[experiment]\nid = \"x\"\ntitle = \"t\"\n[model]\ndepth = 0",
                 "[file.toml:5 model.depth] out of range", "from 1"},
        Mistaken{"[experiment]\nid = \"x\"\ntitle = \"t\"\n[clam]\nid = 0", "[file.toml:4 clam] unknown section",
                 "did you mean `claim`? allowed: data, model, train, watch, experiment, factors"},
        Mistaken{"[experiment]\nid = \"x\"\ntitle = \"t\"\n[train]\nsteps = 1\nepochs = 1",
                 "[file.toml:5 train.steps] epochs and steps are both given (got", ""}));

#define HEAD "[experiment]\nid = \"x\"\ntitle = \"t\"\n[factors]\n"
INSTANTIATE_TEST_SUITE_P(
    Factors, WholeFile,
    ::testing::Values(
        Mistaken{HEAD "\"model.dept\" = [1]", "[file.toml:5 factors.model.dept] unknown key (got `[1]`)",
                 "did you mean `model.depth`?"},
        Mistaken{HEAD "arm = [1]", "[file.toml:5 factors.arm] unknown key", ""},
        Mistaken{HEAD "\"model.depth\" = 3", "[file.toml:5 factors.model.depth] not an array of values (got `3`)", "["},
        Mistaken{HEAD "\"model.depth\" = []", "[file.toml:5 factors.model.depth] not an array of values", "["},
        Mistaken{HEAD "\"model.depth\" = [\n3,\n0]", "[file.toml:7 factors.model.depth] out of range (got `0`)", "1"},
        Mistaken{HEAD "\"model.depth\" = [3, 3]", "[file.toml:5 factors.model.depth] this value is given twice", "3"},
        Mistaken{HEAD "\"train.lr\" = [1, 1.0]", "[file.toml:5 factors.train.lr] this value is given twice", "1.0"},
        Mistaken{HEAD "\"model.norm\" = [\"btach\"]", "[file.toml:5 factors.model.norm] not a norm (got `btach`)",
                 "did you mean `batch`?"},
        Mistaken{HEAD "\"model.norm\" = [{label = \"a\"}]", "[file.toml:5 factors.model.norm] a spec key takes plain",
                 ""},
        Mistaken{HEAD "seed = [1, 2]", "[file.toml:5 factors.seed] cannot be a factor", "experiment.seeds"},
        Mistaken{HEAD "arm = [{set = {}}]", "[file.toml:5 factors.label] is missing", ""},
        Mistaken{HEAD "arm = [{label = \"a\", st = {}}]", "[file.toml:5 factors.st] unknown key", "did you mean"},
        Mistaken{HEAD "arm = [{label = \"a\", set = 3}]", "[file.toml:5 factors.arm] not a table of spec keys",
                 "write"},
        Mistaken{HEAD "arm = [{label = \"a\", set = {model.dept = 3}}]", "[file.toml:5 factors.arm model.dept] unknown",
                 "did you mean `model.depth`?"},
        Mistaken{HEAD "arm = [{label = \"a\", set = {model.depth = 0}}]",
                 "[file.toml:5 factors.arm model.depth] out of range (got `0`)", ""},
        Mistaken{HEAD "arm = [{label = \"a\"}, {label = \"a\"}]", "[file.toml:5 factors.arm] this value is given twice",
                 ""},
        Mistaken{HEAD "arm = [{label = \"a\", set = {model.depth = 3}}]\nmodel.depth = [3]",
                 "[file.toml:6 factors.model.depth] sets a key that factor arm sets too (got `model.depth`)", ""},
        Mistaken{HEAD "model.depth = [3]\n\"model.depth\" = [3]", "[file.toml:4 model.depth] this key is given twice",
                 ""},
        Mistaken{"factors = 3\n[experiment]\nid = \"x\"\ntitle = \"t\"", "[file.toml:1 factors] not a section", ""},
        Mistaken{
            HEAD "\"train.schedule\" = [\"constant\", \"step\"]",
            "[file.toml:5 train.step_every] schedule step needs the number of steps between falls in the cell `step`",
            ""}));
#undef HEAD

INSTANTIATE_TEST_SUITE_P(
    Skips, Added,
    ::testing::Values(
        Mistaken{"[[skip]]", "[file.toml:11 skip] names no factor", ""},
        Mistaken{"[[skip]]\n\"model.dept\" = 3", "[file.toml:12 skip model.dept] not a factor of this experiment",
                 "did you mean `model.depth`? allowed: model.depth, model.norm, train.lr, arm"},
        Mistaken{"[[skip]]\n\"model.depth\" = 5",
                 "[file.toml:12 skip model.depth] not a value of this factor (got `5`)", "allowed: 3, 4"},
        Mistaken{"[[skip]]\narm = \"residul\"", "[file.toml:12 skip arm] not a value of this factor (got `residul`)",
                 "did you mean `residual`? allowed: plain, residual"},
        Mistaken{"[[skip]]\narm = []", "[file.toml:12 skip arm] no value is given", "plain, residual"},
        Mistaken{"[skip]\narm = \"plain\"", "[file.toml:11 skip] may come several times", "write [[skip]]"},
        Mistaken{"[[skip]]\narm = [\"plain\", \"residual\"]", "[file.toml] every cell is skipped", ""}));

INSTANTIATE_TEST_SUITE_P(
    Figures, Added,
    ::testing::Values(Mistaken{"[[figure]]\nkind = \"by-layers\"",
                               "[file.toml:12 figure.kind] not a kind of figure (got `by-layers`)",
                               "did you mean `by-layer`? allowed: by-layer, by-step, by-factor, heatmap"},
                      Mistaken{"[[figure]]\nkind = \"by-step\"", "[file.toml:11 figure.quantity] is missing", ""},
                      Mistaken{"[[figure]]\nkind = \"by-step\"\nquantity = \"loss\"\nat = \"final\"",
                               "[file.toml:14 figure.at] means nothing in a by-step figure", ""},
                      Mistaken{"[[figure]]\nkind = \"by-step\"\nquantity = \"loss\"\nx = \"arm\"",
                               "[file.toml:14 figure.x] means nothing in a by-step figure (got `arm`)", ""},
                      Mistaken{"[[figure]]\nkind = \"by-layer\"\nquantity = \"a.b first\"",
                               "[file.toml:13 figure.quantity] means nothing in a by-layer figure", ""},
                      Mistaken{"[[figure]]\nkind = \"by-layer\"\nquantity = \"a.b\"\nat = \"begin\"",
                               "[file.toml:14 figure.at] unknown word in the measure `a.b at begin` (got `begin`)",
                               "start, final"},
                      Mistaken{"[[figure]]\nkind = \"by-layer\"\nquantity = \"a.b final\"\nat = \"start\"",
                               "[file.toml:14 figure.at] too many words", ""},
                      Mistaken{"[[figure]]\nkind = \"by-factor\"\nquantity = \"loss\"",
                               "[file.toml:11 figure.x] is missing", "a by-factor figure needs a factor here"},
                      Mistaken{"[[figure]]\nkind = \"by-factor\"\nquantity = \"loss\"\nx = \"model.width\"",
                               "[file.toml:14 figure.x] not a factor of this experiment (got `model.width`)",
                               "allowed: model.depth"},
                      Mistaken{"[[figure]]\nkind = \"by-factor\"\nquantity = \"loss\"\nx = \"arm\"\ny = \"arm\"",
                               "[file.toml:15 figure.y] means nothing in a by-factor figure", ""},
                      Mistaken{"[[figure]]\nkind = \"heatmap\"\nquantity = \"loss\"\nx = \"arm\"\ny = \"arm\"",
                               "[file.toml:15 figure.y] is the same factor as x", ""},
                      Mistaken{"[[figure]]\nkind = \"heatmap\"\nquantity = \"loss\"\nx = \"arm\"\ny = \"train.lr\"",
                               "[file.toml:11 figure.where] leaves a factor open (got `model.depth`)", "fix it"},
                      Mistaken{"[[figure]]\nkind = \"heatmap\"\nquantity = \"loss\"\nx = \"arm\"\ny = \"train.lr\"\n"
                               "where = { model.depth = [3, 4], model.norm = \"none\" }",
                               "[file.toml:16 figure.where] leaves a factor open (got `model.depth`)", "fix it"},
                      Mistaken{"[[figure]]\nkind = \"by-step\"\nquantity = \"loss\"\nwhere = 3",
                               "[file.toml:14 figure.where] not a table of factors (got `3`)", ""}));

#define CLAIM "[[claim]]\nid = \"c\"\nsays = \"s\"\nmeasure = \"loss\"\n"
INSTANTIATE_TEST_SUITE_P(
    Claims, Added,
    ::testing::Values(
        Mistaken{"[[claim]]\nid = \"c\"", "[file.toml:11 claim.says] is missing", ""},
        Mistaken{CLAIM "is = \"grater\"", "[file.toml:15 claim.is] not a comparison (got `grater`)",
                 "did you mean `greater`?"},
        Mistaken{CLAIM "is = \"greater\"", "[file.toml:11 claim.right] is missing; is = \"greater\" needs it", ""},
        Mistaken{CLAIM "is = \"above\"", "[file.toml:11 claim.value] is missing; is = \"above\" needs it", ""},
        Mistaken{CLAIM "is = \"above\"\nvalue = 1\nright = {arm = \"plain\"}",
                 "[file.toml:17 claim.right] means nothing with is = \"above\"", ""},
        Mistaken{CLAIM "is = \"above\"\nvalue = 1\nscale = \"log\"",
                 "[file.toml:17 claim.scale] means nothing with is = \"above\"", ""},
        Mistaken{CLAIM "is = \"less\"\nvalue = 1\nright = {arm = \"plain\"}",
                 "[file.toml:16 claim.value] means nothing with is = \"less\"", ""},
        Mistaken{CLAIM "is = \"less\"\nleft = {arm = \"plain\"}\nright = {arm = \"plain\"}",
                 "[file.toml:17 claim.right] compares a cell with itself", ""},
        Mistaken{CLAIM "is = \"less\"\nright = {arm = \"plain\"}",
                 "[file.toml:16 claim.right] compares a cell with itself", ""},
        Mistaken{CLAIM "is = \"less\"\nleft = {arm = \"plain\"}\nright = []",
                 "[file.toml:17 claim.right] nothing to compare with", ""},
        Mistaken{CLAIM "is = \"less\"\nleft = {arm = \"plain\"}\nright = [{arm = \"residual\"}, 3]",
                 "[file.toml:17 claim.right] not a table of factors (got `3`)", ""},
        Mistaken{CLAIM "is = \"less\"\nleft = {arm = \"plian\"}\nright = {arm = \"residual\"}",
                 "[file.toml:16 claim.left arm] not a value of this factor", "did you mean `plain`?"},
        Mistaken{CLAIM "is = \"equal\"\nleft = {arm = \"plain\"}\nright = {arm = \"residual\"}",
                 "[file.toml:11 claim.margin] is missing; is = \"equal\" needs it", ""},
        Mistaken{CLAIM "is = \"less\"\nleft = {arm = \"plain\"}\nright = {arm = \"residual\"}\nmargin = 1",
                 "[file.toml:18 claim.margin] out of range (got `1.0`)", "a ratio above 1"},
        Mistaken{CLAIM "is = \"above\"\nvalue = 1\nmargin = 0", "[file.toml:17 claim.margin] out of range",
                 "a difference above 0"},
        Mistaken{CLAIM "is = \"less\"\nscale = \"linaer\"", "[file.toml:16 claim.scale] not a scale (got `linaer`)",
                 "did you mean `linear`?"},
        Mistaken{CLAIM "is = \"above\"\nvalue = 1\nacts = {measure = \"loss\"}",
                 "[file.toml:17 claim.acts.above] is missing", ""},
        Mistaken{CLAIM "is = \"above\"\nvalue = 1\nacts = {measure = \"loss fnal\", above = 1}",
                 "[file.toml:17 claim.acts.measure] unknown word", "did you mean `final`?"},
        Mistaken{CLAIM "is = \"above\"\nvalue = 1\n" CLAIM "is = \"above\"\nvalue = 1",
                 "[file.toml:17 claim.id] another claim has this id (got `c`)", ""},
        Mistaken{"[[claim]]\nid = \"a/b\"\nsays = \"s\"\nmeasure = \"loss\"\nis = \"above\"\nvalue = 1",
                 "[file.toml:12 claim.id] not an id", ""}));
#undef CLAIM

#define TREATMENT "[[treatment]]\npathology = \"p\"\nfix = \"f\"\npatient = {arm = \"plain\"}\n"
INSTANTIATE_TEST_SUITE_P(
    Treatments, Added,
    ::testing::Values(Mistaken{TREATMENT, "[file.toml:11 treatment.treated] is missing", ""},
                      Mistaken{TREATMENT "treated = {arm = \"plain\"}\noutcome = \"loss\"\nmechanism = \"loss\"",
                               "[file.toml:15 treatment.treated] compares a cell with itself", ""},
                      Mistaken{TREATMENT "treated = {arm = \"residual\"}\noutcome = \"loss at\"\nmechanism = \"loss\"",
                               "[file.toml:16 treatment.outcome] a word is missing", ""},
                      Mistaken{TREATMENT "treated = {arm = \"residual\"}\noutcome = \"loss\"\nbetter = \"more\"",
                               "[file.toml:17 treatment.better] not a direction (got `more`)", "less, greater"}));
#undef TREATMENT

TEST(ExperimentErrors, ASelectionOfSkippedCellsOnly) {
  const std::string skip = "[[skip]]\narm = \"residual\"\n[[claim]]\nid = \"c\"\nsays = \"s\"\nmeasure = \"loss\"\n";
  EXPECT_THAT(parse_error(kSound + skip + "is = \"above\"\nvalue = 1\nleft = {arm = \"residual\"}"),
              StartsWith("[file.toml:19 claim.left] every cell it selects is skipped"));
}

TEST(ExperimentErrors, SidesThatAgreeNowhere) {
  const std::string skips =
      "[[skip]]\narm = \"plain\"\n\"model.depth\" = 3\n[[skip]]\narm = \"residual\"\n\"model.depth\" = 4\n"
      "[[claim]]\nid = \"c\"\nsays = \"s\"\nmeasure = \"loss\"\n";
  EXPECT_THAT(parse_error(kSound + skips + "is = \"less\"\nleft = {arm = \"plain\"}\nright = {arm = \"residual\"}"),
              StartsWith("[file.toml:23 claim.right] no two cells agree in the factors that neither side names"));
}

TEST(ExperimentErrors, TooManyCells) {
  std::string text = "[experiment]\nid = \"x\"\ntitle = \"t\"\n[factors]\n";
  for (const char* key : {"model.depth", "model.width", "data.samples"}) {
    text += "\"" + std::string(key) + "\" = [";
    for (int i = 0; i < 17; ++i) text += std::to_string(i + 3) + ", ";
    text += "]\n";
  }
  EXPECT_THAT(parse_error(text),
              StartsWith("[file.toml:7 factors.data.samples] the factors have too many combinations"));
}

TEST(ExperimentErrors, TooManyFigures) {
  std::string figures;
  for (int i = 0; i < 1000; ++i) figures += "[[figure]]\nkind = \"by-step\"\nquantity = \"loss\"\n";
  EXPECT_EQ(parse_error(kSound + figures), "");
  EXPECT_THAT(parse_error(kSound + figures + "[[figure]]"), HasSubstr("there are too many (got `1001`)"));
}

TEST(ExperimentErrors, AnExperimentIsNoSpecAndTheOtherWayRound) {
  EXPECT_NE(error_of([] { parse_spec(kSound, "f"); }), "");
  EXPECT_NE(parse_error(to_toml(Spec())), "");
}

}  // namespace
}  // namespace gradclinic
