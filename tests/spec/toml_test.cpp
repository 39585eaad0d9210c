#include "gradclinic/spec/toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spec/error_of.h"

namespace gradclinic {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string parse_error(const std::string& text) {
  return error_of([&] { parse_spec(text, "file.toml"); });
}

TEST(ParseSpec, EmptyTextIsTheDefault) { EXPECT_EQ(parse_spec("", "file.toml"), Spec()); }

TEST(ParseSpec, ReadsEverySection) {
  const Spec spec = parse_spec(R"(
name = "ten-layer sigmoid"
seed = 7

[data]
set = "noise"
samples = 500
standardize = true

[model]
depth = 10
activation = "sigmoid"

[train]
lr = 1
epochs = 200

[watch]
every = 0
)",
                               "file.toml");
  Spec expected;
  expected.name = "ten-layer sigmoid";
  expected.seed = 7;
  expected.data.samples = 500;
  expected.data.standardize = true;
  expected.model.depth = 10;
  expected.model.activation = "sigmoid";
  expected.train.lr = 1.0;
  expected.train.epochs = 200;
  expected.watch.every = 0;
  EXPECT_EQ(spec, expected);
}

TEST(ParseSpec, DottedKeysAreSections) {
  EXPECT_EQ(parse_spec("model.depth = 3\nmodel.width = 2", "f").model.depth, 3);
  EXPECT_EQ(parse_spec("model = { depth = 3 }", "f").model.depth, 3);
}

TEST(ParseSpec, NamesTheMistakeAsDocumented) {
  EXPECT_THAT(parse_error("\n\n[model]\ndepth = 4\nactivation = \"sgmoid\"\n"),
              AllOf(StartsWith("[file.toml:5 model.activation] not an activation (got `sgmoid`); "
                               "did you mean `sigmoid`? allowed: "),
                    HasSubstr("relu, "), HasSubstr("tanh")));
}

struct Mistaken {
  const char* text;
  const char* begins;  ///< with the place, what is wrong and the value
  const char* has;     ///< the advice
};

class Mistakes : public ::testing::TestWithParam<Mistaken> {};

TEST_P(Mistakes, NameLineKeyValueAndWhatIsAllowed) {
  const std::string error = parse_error(GetParam().text);
  EXPECT_THAT(error, AllOf(StartsWith(GetParam().begins), HasSubstr(GetParam().has)));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, Mistakes,
    ::testing::Values(
        Mistaken{"[model]\ndpeth = 8", "[file.toml:2 model.dpeth] unknown key (got `8`); did you mean `model.depth`? ",
                 "allowed in [model]: kind, depth, width, activation"},
        Mistaken{"activation = \"relu\"", "[file.toml:1 activation] unknown key (got `\"relu\"`)",
                 "did you mean `model.activation`? allowed: name, seed"},
        Mistaken{"[model]\nlr = 0.1", "[file.toml:2 model.lr] unknown key (got `0.1`)", "did you mean `train.lr`?"},
        Mistaken{"[modle]\ndepth = 8", "[file.toml:1 modle] unknown section; did you mean `model`? ",
                 "allowed: data, model, train, watch"},
        Mistaken{"[[trian]]\nlr = 8", "[file.toml:1 trian] unknown section", "did you mean `train`?"},
        Mistaken{"model = 3", "[file.toml:1 model] not a section (got `3`)", "write [model]"},
        Mistaken{"\n[[model]]\ndepth = 3", "[file.toml:2 model] not a section", "write [model]"},
        Mistaken{"[experiment]\nid = \"x\"", "[file.toml:1 experiment] unknown section", "allowed: data"},
        Mistaken{"[model.depth]\nx = 1", "[file.toml:1 model.depth] not a whole number (got `{ x = 1 }`)", "10000"}));

INSTANTIATE_TEST_SUITE_P(
    Types, Mistakes,
    ::testing::Values(
        Mistaken{"[model]\ndepth = \"3\"", "[file.toml:2 model.depth] not a whole number (got `\"3\"`)",
                 "allowed: a whole number from 1 to 10000"},
        Mistaken{"[model]\ndepth = 3.0", "[file.toml:2 model.depth] not a whole number (got `3.0`)", "1 to 10000"},
        Mistaken{"[model]\ndepth = [3]", "[file.toml:2 model.depth] not a whole number (got `[3]`)", "1 to 10000"},
        Mistaken{"[model]\ndepth = true", "[file.toml:2 model.depth] not a whole number (got `true`)", "1 to 10000"},
        Mistaken{"[model]\ndepth = 2020-02-02", "[file.toml:2 model.depth] not a whole number (got `2020-02-02`)", "1"},
        Mistaken{"[train]\nlr = \"0.1\"", "[file.toml:2 train.lr] not a number (got `\"0.1\"`)", "at least 0"},
        Mistaken{"[train]\nlr = false", "[file.toml:2 train.lr] not a number (got `false`)", "at least 0"},
        Mistaken{"[model]\nresidual = 1", "[file.toml:2 model.residual] not true or false (got `1`)", "true, false"},
        Mistaken{"[model]\nnorm = false", "[file.toml:2 model.norm] not a norm (got `false`)", "none, batch, layer"},
        Mistaken{"name = 3", "[file.toml:1 name] not a text in quotes (got `3`)", "any text"},
        Mistaken{"seed = 1.5", "[file.toml:1 seed] not a whole number (got `1.5`)", "from 0 to"}));

INSTANTIATE_TEST_SUITE_P(
    Ranges, Mistakes,
    ::testing::Values(
        Mistaken{"[model]\ndepth = 0", "[file.toml:2 model.depth] out of range (got `0`)", "from 1 to 10000"},
        Mistaken{"[model]\nwidth = 0", "[file.toml:2 model.width] out of range (got `0`)", "from 1 to 65536"},
        Mistaken{"[model]\ndepth = 10001", "[file.toml:2 model.depth] out of range (got `10001`)", "10000"},
        Mistaken{"[data]\nsamples = 100000001", "[file.toml:2 data.samples] out of range", "from 0 to 100000000"},
        Mistaken{"[data]\nvalidation = 1", "[file.toml:2 data.validation] out of range (got `1.0`)",
                 "from 0 to below 1"},
        Mistaken{"[model]\ndropout = -0.1", "[file.toml:2 model.dropout] out of range (got `-0.1`)",
                 "from 0 to below 1"},
        Mistaken{"[train]\nlr = -1e-3", "[file.toml:2 train.lr] out of range (got `-0.001`)", "at least 0"},
        Mistaken{"[train]\nlr = nan", "[file.toml:2 train.lr] not a finite number (got `nan`)", "at least 0"},
        Mistaken{"[train]\nlr = inf", "[file.toml:2 train.lr] not a finite number (got `inf`)", "at least 0"},
        Mistaken{"[model]\ninit_gain = -inf", "[file.toml:2 model.init_gain] not a finite number", "a finite number"},
        Mistaken{"[train]\nbatch = -1", "[file.toml:2 train.batch] out of range (got `-1`)", "from 0"},
        Mistaken{"[watch]\nevery = -1", "[file.toml:2 watch.every] out of range (got `-1`)", "from 0"},
        Mistaken{"seed = -1", "[file.toml:1 seed] out of range (got `-1`)", "from 0 to"},
        Mistaken{"seed = 9223372036854775807", "[file.toml:1 seed] out of range", "9007199254740992"}));

INSTANTIATE_TEST_SUITE_P(
    Syntax, Mistakes,
    ::testing::Values(Mistaken{"[model]\ndepth =\n", "[file.toml:2] not valid TOML (got `depth =`)", ""},
                      Mistaken{"[model]\ndepth = 3\ndepth = 4", "[file.toml:3] not valid TOML (got `depth = 4`)",
                               "redefine"},
                      Mistaken{"[model]\n[train]\n[model]", "[file.toml:3] not valid TOML (got `[model]`)", "redefine"},
                      Mistaken{"[\n", "[file.toml:1] not valid TOML", ""},
                      Mistaken{"name = \"\xff\"", "[file.toml:1] not valid TOML", "utf-8"},
                      Mistaken{"seed = 99999999999999999999", "[file.toml:1] not valid TOML", ""},
                      Mistaken{"name = \"open", "[file.toml:1] not valid TOML (got `name = \"open`)", ""},
                      Mistaken{"name = relu", "[file.toml:1] not valid TOML (got `name = relu`)", ""}));

INSTANTIATE_TEST_SUITE_P(
    Combinations, Mistakes,
    ::testing::Values(
        Mistaken{"[train]\nepochs = 3\nsteps = 4",
                 "[file.toml:3 train.steps] epochs and steps are both given (got `epochs = 3, steps = 4`)",
                 "leave one"},
        Mistaken{"[train]\nschedule = \"step\"", "[file.toml:2 train.step_every] schedule step needs", "at least 1"},
        Mistaken{"\n[data]\nset = \"csv\"", "[file.toml:3 data.path] is missing", "data.set = \"csv\" needs it"},
        Mistaken{"[model]\ndepth = 2\nresidual = true", "[file.toml:3 model.residual] no block", "at least 3"}));

TEST(ParseSpec, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_THAT(parse_error("[model]\nnorm = \"\\u001b[31mred\""),
              AllOf(Not(HasSubstr("\x1b")), HasSubstr("\\x1b[31mred")));
}

TEST(ParseSpec, LongValuesAreCut) {
  const std::string error = parse_error("[model]\nnorm = \"" + std::string(100000, 'x') + "\"");
  EXPECT_THAT(error, HasSubstr("xxx...`"));
  EXPECT_LT(error.size(), 400U);
}

TEST(ParseSpec, ADeepKeyIsRefusedBeforeItsTablesAreBuilt) {
  std::string key = "a";
  for (int i = 0; i < 300000; ++i) key += ".a";
  EXPECT_THAT(parse_error("x = 1\n" + key + " = 1"), StartsWith("[file.toml:2] a key has more than 32 parts"));
  EXPECT_THAT(parse_error("[" + key + "]"), StartsWith("[file.toml:1] a key has more than 32 parts"));
  EXPECT_THAT(parse_error("x = [\"\"\" \" \"\"\", {" + key + " = 1}] # \""), HasSubstr("more than 32 parts"));
  EXPECT_THAT(parse_error("x = ['\\', {\"\\\"\"." + key + " = 1}] # \""), HasSubstr("more than 32 parts"));
  EXPECT_THAT(parse_error("# \"\"\"\n" + key + " = 1\n# \"\"\""), HasSubstr("more than 32 parts"));
  EXPECT_THAT(parse_error("# don't\n" + key + " = 1\n# don't"), HasSubstr("more than 32 parts"));
}

TEST(ParseSpec, AKeyHasAtMost32Parts) {
  std::string key = "a";
  for (int i = 1; i < 32; ++i) key += ".a";
  EXPECT_THAT(parse_error(key + " = 1"), StartsWith("[file.toml:1 a] unknown section"));
  EXPECT_THAT(parse_error(key + ".a = 1"), HasSubstr("more than 32 parts"));
}

TEST(ParseSpec, ProseWithManyPointsIsNoDeepKey) {
  std::string prose;
  for (int i = 0; i < 100; ++i) prose += "one. two words. three.";
  EXPECT_EQ(parse_spec("# " + prose + "\nname = \"" + prose + "\"", "f").name, prose);
  EXPECT_EQ(parse_spec("name = \"\"\"\n" + prose + "\"\"\"", "f").name, prose);
}

TEST(ParseSpec, LettersBeyondAsciiStandInTextsAndComments) {
  EXPECT_EQ(parse_spec("name = \"\xc3\xa9\xcc\xae\" # \xc3\xa9\xcc\xae", "f").name, "\xc3\xa9\xcc\xae");
  EXPECT_THAT(parse_error("\xcc\xae"), StartsWith("[file.toml:1] not valid TOML (got `\xcc\xae`)"));
  EXPECT_THAT(parse_error("name = \xc3\xa9"), StartsWith("[file.toml:1] not valid TOML"));
}

TEST(ParseSpec, DeepNestingIsRefused) {
  const std::string error = parse_error("x = " + std::string(200000, '[') + std::string(200000, ']'));
  EXPECT_THAT(error, StartsWith("[file.toml:1] not valid TOML"));
}

TEST(ParseSpec, TextsOverAMebibyteAreRefused) {
  EXPECT_EQ(parse_error("#" + std::string((1 << 20) - 1, 'x')), "");
  EXPECT_THAT(parse_error("#" + std::string(1 << 20, 'x')),
              StartsWith("[file.toml] is too large (got `1048577 bytes`); allowed: up to 1 MiB"));
}

TEST(ToToml, WritesOnlyWhatDiffers) {
  EXPECT_EQ(to_toml(Spec()), "name = \"unnamed\"\nseed = 42\n\n[data]\nset = \"noise\"\n");
  Spec spec;
  spec.train.lr = 1;
  spec.model.residual = true;
  spec.name = "a \"b\"\n\\";
  EXPECT_EQ(to_toml(spec),
            "name = \"a \\\"b\\\"\\n\\\\\"\nseed = 42\n\n[data]\nset = \"noise\"\n\n[model]\nresidual = true\n\n"
            "[train]\nlr = 1.0\n");
}

TEST(IsKey, KnowsTheKeysOfASpec) {
  EXPECT_TRUE(is_key("model.depth"));
  EXPECT_TRUE(is_key("seed"));
  EXPECT_FALSE(is_key("model.plain"));
  EXPECT_FALSE(is_key("depth"));
  EXPECT_FALSE(is_key(""));
}

TEST(SetKey, TakesTomlAndBareWords) {
  Spec spec;
  set_key(spec, "model.depth", "8");
  set_key(spec, "model.residual", "true");
  set_key(spec, "model.activation", "tanh");
  set_key(spec, "model.norm", "\"batch\"");
  set_key(spec, "train.lr", "1e-3");
  set_key(spec, "seed", "7");
  set_key(spec, "name", "42 is a name");
  set_key(spec, "data.path", "some/folder.csv # 1");
  EXPECT_EQ(spec.model.depth, 8);
  EXPECT_TRUE(spec.model.residual);
  EXPECT_EQ(spec.model.activation, "tanh");
  EXPECT_EQ(spec.model.norm, "batch");
  EXPECT_EQ(spec.train.lr, 1e-3);
  EXPECT_EQ(spec.seed, 7U);
  EXPECT_EQ(spec.name, "42 is a name");
  EXPECT_EQ(spec.data.path, "some/folder.csv # 1");
}

TEST(SetKey, RefusesWhatAFileRefuses) {
  Spec spec;
  const auto error = [&](const char* key, const char* value) { return error_of([&] { set_key(spec, key, value); }); };
  EXPECT_THAT(error("model.dpeth", "8"),
              StartsWith("[model.dpeth] unknown key (got `8`); did you mean `model.depth`?"));
  EXPECT_THAT(error("depth", "8"), StartsWith("[depth] unknown key (got `8`); did you mean `model.depth`?"));
  EXPECT_THAT(error("model.depth", "deep"), StartsWith("[model.depth] not a whole number"));
  EXPECT_THAT(error("model.depth", "8\nwidth = 3"), StartsWith("[model.depth] not a whole number"));
  EXPECT_THAT(error("model.depth", ""), StartsWith("[model.depth] not a whole number"));
  EXPECT_THAT(error("model.depth", "0"), StartsWith("[model.depth] out of range (got `0`)"));
  EXPECT_THAT(error("model.activation", "rleu"), HasSubstr("did you mean `relu`?"));
  EXPECT_THAT(error("model.activation", "\"relu"), StartsWith("[model.activation] not a text in quotes"));
  EXPECT_THAT(error("name", "\xff"), HasSubstr("invalid utf-8"));
  EXPECT_EQ(spec, Spec());
}

TEST(SetKey, DoesNotLookAtCombinations) {
  Spec spec;
  set_key(spec, "train.steps", "3");
  EXPECT_EQ(error_of([&] { set_key(spec, "train.epochs", "3"); }), "");
  EXPECT_NE(error_of([&] { validate(spec, "here"); }), "");
}

TEST(GetKey, WritesValuesAsTomlDoes) {
  Spec spec;
  EXPECT_EQ(get_key(spec, "model.activation"), "relu");
  EXPECT_EQ(get_key(spec, "train.lr"), "0.01");
  EXPECT_EQ(get_key(spec, "model.init_gain"), "1.0");
  EXPECT_EQ(get_key(spec, "model.residual"), "false");
  EXPECT_EQ(get_key(spec, "seed"), "42");
  EXPECT_THAT(error_of([&] { get_key(spec, "model.dept"); }), HasSubstr("did you mean `model.depth`?"));
}

}  // namespace
}  // namespace gradclinic
