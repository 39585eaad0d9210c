// The engine against PyTorch: 50 steps of every activation, loss, initializer, optimizer and option, by a fresh run of
// tests/reference/reference.py. Names come from the catalogues, so a new entry is compared or fails here.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "gradclinic/net/activation.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/spec/vocabulary.h"
#include "reference/compare.h"
#include "reference/reference.h"
#include "train/recording.h"

namespace gradclinic {
namespace {

constexpr double kTolerance = 1e-4;

using Settings = std::vector<std::pair<std::string, std::string>>;

struct Case {
  std::string name;
  Spec spec;
};

Case make(const std::string& name, const Settings& settings) {
  Spec spec;
  spec.name = name;
  spec.seed = 7;
  spec.data.samples = 64;
  spec.data.features = 6;
  spec.model.width = 16;
  spec.model.activation = "tanh";
  spec.train.lr = 0.02;  // tame: see DifferencesThatGrowAreRounding
  spec.train.steps = 50;
  for (const auto& [key, value] : settings) set_key(spec, key, value);
  validate(spec, name);
  return {name, spec};
}

/// One case for each name of a catalogue, with further settings.
std::vector<Case> each(const std::string& family, const std::string& key, Settings settings) {
  std::vector<Case> cases;
  settings.emplace_back(key, "");
  for (const std::string& name : names_in(family)) {
    settings.back().second = name;
    std::string title = name;
    for (std::size_t i = 0; i + 1 < settings.size(); ++i) title += ", " + settings[i].first + " " + settings[i].second;
    cases.push_back(make(title, settings));
  }
  return cases;
}

void append(std::vector<Case>& cases, std::vector<Case> more) { cases.insert(cases.end(), more.begin(), more.end()); }

void compare_norms(const Recording::Norms& ours, const nlohmann::json& theirs, const std::string& when) {
  const std::pair<Quantity, const char*> quantities[] = {{Quantity::weight, "weight"},
                                                         {Quantity::weight_grad, "weight_grad"},
                                                         {Quantity::update, "update"},
                                                         {Quantity::pre_activation, "pre_activation"},
                                                         {Quantity::pre_activation_grad, "pre_activation_grad"},
                                                         {Quantity::activation, "activation"},
                                                         {Quantity::activation_grad, "activation_grad"}};
  for (const auto& [quantity, name] : quantities) {
    std::vector<double> norms;
    if (ours.contains(quantity))
      for (const auto& [layer, norm] : ours.at(quantity)) norms.push_back(norm);
    // An update is the difference of two floats: it has only the digits that the weight leaves it.
    const double tolerance = quantity == Quantity::update ? 10 * kTolerance : kTolerance;
    expect_close(norms, theirs.at(name).get<std::vector<double>>(), tolerance, when + " " + name);
  }
}

void compare(const Case& one, const nlohmann::json& theirs) {
  SCOPED_TRACE(one.name);
  Recording ours;
  const Outcome outcome = train(one.spec, &ours);
  EXPECT_EQ(outcome.status, "finished");
  const auto numbers = [&](const char* key) { return theirs.at(key).get<std::vector<double>>(); };
  // A QR decomposition rounds as the machine's kernels for it do.
  const bool decomposes = one.spec.model.init == "orthogonal" || one.spec.model.init == "lsuv";
  EXPECT_LE(distance(ours.initial, numbers("initial")), decomposes ? 1e-5 : 1e-6) << "initial parameters";
  expect_close(ours.series(&StepSummary::loss), numbers("losses"), kTolerance, "loss");
  expect_close(ours.series(&StepSummary::lr), numbers("rates"), 1e-12, "learning rate");
  expect_close(ours.series(&StepSummary::gradient_norm), numbers("norms"), kTolerance, "gradient norm");
  expect_close(ours.series(&StepSummary::clipped_gradient_norm), numbers("clipped_norms"), kTolerance, "clipped norm");
  if (one.spec.train.loss != "mse")
    expect_close(ours.series(&StepSummary::accuracy), numbers("accuracies"), 1e-12, "accuracy");
  compare_norms(ours.first_norms, theirs.at("first"), "first step's");
  compare_norms(ours.last_norms, theirs.at("last"), "last step's");
  EXPECT_LE(distance(ours.final, numbers("final")), kTolerance) << "final parameters";
  EXPECT_LE(distance(ours.evaluation.values, numbers("evaluation")), kTolerance) << "outputs in evaluation";
  EXPECT_GT(distance(ours.final, numbers("initial")), 10 * kTolerance) << "too still to tell anything apart";
}

/// Whether the slope jumps at 0.
bool kinked(const Spec& spec) {
  const Activation& activation = find_activation(spec.model.activation);
  std::array<float, 2> input = {-1e-3F, 1e-3F}, output, slope, ones = {1, 1};
  const auto view = [](std::array<float, 2>& values) { return View<float>{values.data(), 1, 2}; };
  activation.forward(view(input), view(output));
  activation.backward(view(input), view(output), view(ones), view(slope));
  return std::abs(slope[1] - slope[0]) > 0.1F;
}

/// Of 64 samples in batches of 20 the last has 4, whose variance batch norm divides by.
bool normalizes_few(const Spec& spec) { return spec.model.norm == "batch" && spec.train.batch > 0; }

bool depends_on_rounding(const Spec& spec) {
  return kinked(spec) || spec.model.init == "constant" || normalizes_few(spec);
}

/// What compare() finds wrong, without failing the test.
std::string differences(const Case& one, const nlohmann::json& theirs) {
  testing::TestPartResultArray found;
  const testing::ScopedFakeTestPartResultReporter reporter(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &found);
  compare(one, theirs);
  std::string text;
  for (int i = 0; i < found.size(); ++i) text += std::string(found.GetTestPartResult(i).message()) + "\n";
  return text;
}

// Where the slope jumps at 0, a pre-activation that is 0 but for rounding falls on either side, depending on the order
// in which a processor's kernels sum, and 50 steps make that visible: in about one of ten runs. Of identical units the
// gradients nearly cancel, and rounding is what is left; batch norm over few samples makes it larger. An error of the
// engine shows at every seed. So such a case runs at kSeeds seeds, and kAgreeing must agree, in everything, as smooth
// ones do.
constexpr std::size_t kSeeds = 5;
constexpr std::size_t kAgreeing = 2;

void compare_all(const std::vector<Case>& cases) {
  std::vector<std::vector<Case>> runs_of;
  nlohmann::json request;
  for (const Case& one : cases) {
    std::vector<Case>& seeds = runs_of.emplace_back();
    for (std::size_t i = 0; i < (depends_on_rounding(one.spec) ? kSeeds : 1); ++i) {
      seeds.push_back(one);
      seeds.back().spec.seed += i;
      request["runs"].push_back({{"spec", to_toml(seeds.back().spec)}});
    }
  }
  const nlohmann::json answers = ask_reference(request).at("runs");
  std::size_t next = 0;
  for (const std::vector<Case>& seeds : runs_of) {
    std::string wrong;
    std::size_t agreeing = 0;
    for (const Case& one : seeds) {
      const std::string difference = differences(one, answers.at(next++));
      agreeing += difference.empty() ? 1 : 0;
      wrong += difference;
    }
    EXPECT_GE(agreeing, std::min(kAgreeing, seeds.size())) << seeds[0].name << "\n" << wrong;
  }
  EXPECT_EQ(next, answers.size());
}

TEST(PyTorch, EveryActivation) {
  std::vector<Case> cases = each("activations", "model.activation", {});
  append(cases, each("activations", "model.activation", {{"model.init", "he_normal"}, {"data.outputs", "3"}}));
  append(cases, each("activations", "model.activation", {{"model.norm", "batch"}}));
  compare_all(cases);
}

TEST(PyTorch, EveryLoss) {
  std::vector<Case> cases = each("losses", "train.loss", {});
  append(cases, each("losses", "train.loss", {{"train.batch", "10"}}));
  cases.push_back(make("five classes", {{"train.loss", "cross_entropy"}, {"data.classes", "5"}}));
  cases.push_back(make("many samples", {{"train.loss", "cross_entropy"}, {"data.samples", "201"}}));
  cases.push_back(make("three outputs", {{"data.outputs", "3"}, {"train.batch", "10"}}));
  compare_all(cases);
}

TEST(PyTorch, EveryInitializer) {
  const std::pair<std::string, std::string> value = {"model.init_value", "0.1"};
  const std::pair<std::string, std::string> deviation = {"model.init_std", "0.2"};
  std::vector<Case> cases = each("initializers", "model.init", {value, deviation});
  append(cases, each("initializers", "model.init", {value, deviation, {"model.activation", "gelu"}}));
  append(cases, each("initializers", "model.init",
                     {value, deviation, {"model.init_gain", "0.7"}, {"model.bias_init", "0.2"}}));
  append(cases, each("initializers", "model.init", {value, deviation, {"data.features", "40"}, {"model.depth", "2"}}));
  compare_all(cases);
}

TEST(PyTorch, EveryOptimizer) {
  const std::pair<std::string, std::string> rate = {"train.lr", "0.003"};
  std::vector<Case> cases = each("optimizers", "train.optimizer", {rate});
  append(cases, each("optimizers", "train.optimizer", {rate, {"train.weight_decay", "0.1"}, {"train.batch", "16"}}));
  append(cases, each("optimizers", "train.optimizer", {rate, {"model.activation", "gelu"}}));
  for (const char* name : {"momentum", "nesterov"})
    cases.push_back(make(name, {rate, {"train.optimizer", name}, {"train.momentum", "0.5"}}));
  compare_all(cases);
}

TEST(PyTorch, LayersBetween) {
  std::vector<Case> cases;
  for (const char* norm : {"none", "batch", "layer"}) {
    for (const char* residual : {"false", "true"}) {
      for (const char* dropout : {"0", "0.25"}) {
        const Settings settings = {{"model.norm", norm},
                                   {"model.residual", residual},
                                   {"model.dropout", dropout},
                                   {"model.depth", "6"},
                                   {"train.lr", "0.005"}};
        const std::string name = std::string("norm ") + norm + ", residual " + residual + ", dropout " + dropout;
        cases.push_back(make(name, settings));
        Settings batches = settings;
        batches.emplace_back("train.batch", "20");
        cases.push_back(make(name + ", batches of 20", batches));
        batches.insert(batches.end(), {{"model.init", "lsuv"}, {"train.batch", "16"}});
        cases.push_back(make(name + ", lsuv", batches));
      }
    }
  }
  cases.push_back(make("residual first block", {{"model.residual", "true"}, {"data.features", "16"}}));
  cases.push_back(make("one linear layer", {{"model.depth", "1"}}));
  compare_all(cases);
}

TEST(PyTorch, ClippingAndSchedules) {
  compare_all({
      make("clip by norm", {{"train.clip_norm", "0.05"}}),
      make("clip by a norm never reached", {{"train.clip_norm", "100"}}),
      make("clip by value", {{"train.clip_value", "0.01"}}),
      make("clip by both", {{"train.clip_value", "0.01"}, {"train.clip_norm", "0.03"}}),
      make("clip and batches", {{"train.clip_norm", "0.05"}, {"train.batch", "24"}}),
      make("warm-up", {{"train.warmup", "20"}}),
      make("warm-up of one step", {{"train.warmup", "1"}}),
      make("step", {{"train.schedule", "step"}, {"train.step_every", "7"}, {"train.step_factor", "0.8"}}),
      make("cosine", {{"train.schedule", "cosine"}}),
      make("warm-up and step", {{"train.warmup", "5"}, {"train.schedule", "step"}, {"train.step_every", "10"}}),
      make("warm-up and cosine",
           {{"train.warmup", "5"}, {"train.schedule", "cosine"}, {"train.optimizer", "adam"}, {"train.lr", "0.003"}}),
      make("batch of all samples", {{"train.batch", "64"}}),
      make("batch larger than all samples", {{"train.batch", "100"}}),
      make("batches of one", {{"train.batch", "1"}, {"train.lr", "0.01"}}),
  });
}

// At a rate where training is chaotic, the last bit of a sum becomes the first digit of the loss, in PyTorch as here:
// its own float and double runs part. That is why the cases above are tame, and their tolerance tight.
TEST(PyTorch, DifferencesThatGrowAreRounding) {
  const Case wild = make("wild", {{"model.norm", "batch"}, {"train.lr", "0.05"}});
  const nlohmann::json runs = ask_reference({{"runs",
                                              {{{"spec", to_toml(wild.spec)}, {"precision", "float"}},
                                               {{"spec", to_toml(wild.spec)}, {"precision", "double"}}}}})
                                  .at("runs");
  Recording ours;
  train(wild.spec, &ours);
  const std::vector<double> losses = ours.series(&StepSummary::loss);
  const auto in_float = runs[0].at("losses").get<std::vector<double>>();
  const auto in_double = runs[1].at("losses").get<std::vector<double>>();
  EXPECT_GT(relative_difference(in_float.back(), in_double.back()), 100 * kTolerance);
  expect_close(std::span(losses).first(12), std::span(in_double).first(12), kTolerance, "loss");
}

TEST(PyTorch, AnySeed) {
  std::vector<Case> cases;
  for (const char* seed : {"0", "42", "4294967295", "4294967338"})
    cases.push_back(
        make(std::string("seed ") + seed, {{"seed", seed}, {"train.batch", "20"}, {"model.dropout", "0.1"}}));
  compare_all(cases);
}

}  // namespace
}  // namespace gradclinic
