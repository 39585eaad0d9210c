#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <set>

#include "gradclinic/spec/experiment.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/spec/vocabulary.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

std::string any_text() {
  const auto letter =
      rc::gen::oneOf(rc::gen::inRange(0x20, 0x7F), rc::gen::inRange(0, 0x20),
                     rc::gen::elementOf(std::vector<int>{'"', '\\', '\'', '#', '\n', '\r', '\t', 0x7F}));
  std::string text;
  for (const int code : *rc::gen::container<std::vector<int>>(letter)) text += static_cast<char>(code);
  return *rc::gen::element(text, text + "\xc3\xa9", text + "\xf0\x9f\x98\x80");
}

double any_finite() {
  const double number = *rc::gen::arbitrary<double>();
  return std::isfinite(number) ? number : 0.0;
}

double any_positive() { return std::abs(any_finite()); }

std::int64_t whole(std::int64_t least, std::int64_t most) { return *rc::gen::inRange(least, most + 1); }

std::string name_from(const char* family) { return *rc::gen::elementOf(names_in(family)); }

/// Structured bindings: a member added to the struct breaks this build until it is drawn here.
void draw(DataSpec& data) {
  auto& [set, samples, features, outputs, classes, noise, path, target, task, inputs, targets, standardize,
         standardize_target, target_scale, shuffle_labels, validation] = data;
  set = name_from("sets");
  samples = whole(0, 1000);
  features = whole(1, 500);
  outputs = whole(1, 100);
  classes = whole(2, 100);
  noise = any_positive();
  path = any_text() + "p";
  target = any_text() + "t";
  task = *rc::gen::element<std::string>("regression", "classification");
  inputs = any_text() + "i";
  targets = any_text() + "o";
  standardize = *rc::gen::arbitrary<bool>();
  standardize_target = *rc::gen::arbitrary<bool>();
  target_scale = any_finite();
  shuffle_labels = *rc::gen::arbitrary<bool>();
  validation = *rc::gen::element(0.0, 0.1, 0.3333333333333333, 0.9999999999999999);
}

void draw(ModelSpec& model) {
  auto& [kind, layers, depth, width, activation, init, init_std, init_gain, init_value, bias_init, norm, residual,
         dropout, cell, token, heads, pre_norm, stride] = model;
  kind = *rc::gen::element<std::string>("mlp", "cnn", "rnn", "transformer");
  const bool rnn = kind == "rnn";
  const bool transformer = kind == "transformer";
  layers = *rc::gen::element<std::string>("", "conv1 blocks.0.conv2");
  depth = kind == "cnn" ? 2 * whole(2, 100) : whole(3, 200);
  heads = transformer ? whole(1, 8) : 4;
  width = heads * whole(1, 50);
  activation = rnn ? "relu" : name_from("activations");
  init = name_from("initializers");
  init_std = any_positive();
  init_gain = any_finite();
  init_value = any_finite();
  bias_init = any_finite();
  norm = rnn ? "none" : *rc::gen::element<std::string>("none", transformer ? "none" : "batch", "layer");
  residual = !rnn && !transformer && *rc::gen::arbitrary<bool>();
  dropout = *rc::gen::element(0.0, 0.5, 1e-300);
  cell = rnn ? *rc::gen::element<std::string>("tanh", "lstm", "gru") : "tanh";
  token = rnn || transformer ? whole(1, 50) : 0;
  pre_norm = !transformer || *rc::gen::arbitrary<bool>();
  stride = kind == "cnn" ? whole(1, 4) : 1;
}

void draw(TrainSpec& train) {
  auto& [loss, optimizer, lr, momentum, weight_decay, batch, epochs, steps, clip_norm, clip_value, warmup, schedule,
         step_every, step_factor] = train;
  loss = name_from("losses");
  optimizer = name_from("optimizers");
  lr = any_positive();
  momentum = any_positive();
  weight_decay = any_positive();
  batch = whole(2, 1000);
  epochs = whole(0, 1000);
  steps = epochs > 0 ? 0 : whole(0, 1000000000);
  clip_norm = any_positive();
  clip_value = any_positive();
  warmup = whole(0, 1000);
  schedule = *rc::gen::element<std::string>("constant", "step", "cosine");
  step_every = whole(1, 1000);
  step_factor = any_positive();
}

void draw(WatchSpec& watch) {
  auto& [every, histograms, rank, noise, sharpness, surveys] = watch;
  for (std::int64_t* interval : {&every, &histograms, &rank, &noise, &sharpness, &surveys})
    *interval = whole(0, 1000000);
}

Spec any_spec() {
  Spec spec;
  auto& [name, seed, data, model, train, watch, folder] = spec;
  name = any_text();
  seed = *rc::gen::inRange<std::uint64_t>(0, (std::uint64_t{1} << 53) + 1);
  draw(data);
  draw(model);
  draw(train);
  draw(watch);
  if (data.samples == 1) data.samples = 2;
  if (model.token > 0) data.features = model.token * whole(1, 10);
  return spec;
}

bool names_exist() {
  for (const char* family : {"sets", "activations", "initializers", "losses", "optimizers"}) {
    if (names_in(family).empty()) return false;
  }
  return true;
}

TEST(RoundTrip, ASpecComesBackFromItsToml) {
  if (!names_exist()) GTEST_SKIP() << "a catalogue is empty";
  EXPECT_TRUE(rc::check("parse(write(spec)) == spec", [] {
    const Spec spec = any_spec();
    const Spec back = parse_spec(to_toml(spec), "written");
    RC_ASSERT(back == spec);
    RC_ASSERT(to_toml(back) == to_toml(spec));
  }));
}

TEST(RoundTrip, EveryKeyIsReadByGetAndWrittenBySet) {
  if (!names_exist()) GTEST_SKIP() << "a catalogue is empty";
  EXPECT_TRUE(rc::check("set(get) for every key makes an equal spec", [] {
    Spec spec = any_spec();
    Spec copy;
    for (const KeyDescription& row : describe_spec()) {
      // A quote at the beginning opens a TOML text.
      const char first = get_key(spec, row.key)[0];
      if (first == '"' || first == '\'') set_key(spec, row.key, "plain");
      set_key(copy, row.key, get_key(spec, row.key));
    }
    RC_ASSERT(copy == spec);
  }));
}

TEST(RoundTrip, KeysAreListedOnce) {
  std::set<std::string> keys;
  for (const KeyDescription& row : describe_spec()) EXPECT_TRUE(keys.insert(row.key).second) << row.key;
  for (const KeyDescription& row : describe_experiment()) EXPECT_TRUE(keys.insert(row.key).second) << row.key;
}

const char* const kExperiment = R"([experiment]
id = "flow"
title = "Flow"
[model]
depth = 4
[factors]
"train.lr" = [0.1, 1]
arm = [ { label = "a" }, { label = "b", set = { model.residual = true } } ]
[[skip]]
arm = "a"
"train.lr" = 1
[[figure]]
kind = "heatmap"
quantity = "loss"
x = "arm"
y = "train.lr"
[[claim]]
id = "c"
says = "s"
measure = "steps to loss below 0.5"
left = { arm = ["a"] }
is = "greater"
right = [ { arm = "b" } ]
acts = { measure = "gradient_norm max", above = 1 }
[[treatment]]
pathology = "p"
fix = "f"
patient = { arm = "a" }
treated = { arm = "b" }
outcome = "loss final"
mechanism = "weight_grad.l2 first/last at start"
)";

/// Replaces, drops or doubles a stretch of the text.
std::string damaged(std::string text) {
  const auto begin = *rc::gen::inRange<std::size_t>(0, text.size());
  const auto length = *rc::gen::inRange<std::size_t>(0, 12);
  const std::string piece = text.substr(*rc::gen::inRange<std::size_t>(0, text.size()), length);
  const std::string noise = *rc::gen::element<std::string>("", "\"", "[", "]", "{", "}", "=", ".", ",", "\n", "\xff",
                                                           "nan", "-", "0", "#", "9999999999999999999");
  return text.replace(begin, *rc::gen::inRange<std::size_t>(0, 6), *rc::gen::element(piece, noise, piece + noise));
}

TEST(DamagedText, IsReadOrRefusedWithABadInput) {
  EXPECT_TRUE(rc::check("an experiment with random damage", [] {
    std::string text = kExperiment;
    for (int i = *rc::gen::inRange(1, 5); i > 0; --i) text = damaged(text);
    try {
      parse_experiment(text, "damaged");
    } catch (const BadInput& error) {
      RC_ASSERT(std::string(error.what()).starts_with("[damaged"));
    }
  }));
}

TEST(DamagedText, TheTextWithoutDamageIsRead) { EXPECT_EQ(cells(parse_experiment(kExperiment, "f")).size(), 3U); }

}  // namespace
}  // namespace gradclinic
