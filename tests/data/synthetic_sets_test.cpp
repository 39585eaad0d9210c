#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "data/damage.h"
#include "gradclinic/data/dataset.h"
#include "gradclinic/spec/validate.h"

namespace gradclinic {
namespace {

Spec spec_of(const std::string& set, const std::string& loss = "cross_entropy") {
  Spec spec;
  spec.data.set = set;
  spec.train.loss = loss;
  return spec;
}

Dataset load(const Spec& spec, std::uint64_t seed = 1) {
  Generator generator(seed);
  return load_data(spec, generator).training;
}

Index class_of(const Dataset& data, Index sample) { return static_cast<Index>(data.targets.view()(sample, 0)); }

bool regresses(const std::string& set) { return set == "noise" || set == "teacher" || set == "adding"; }

/// Samples of each class.
std::map<Index, Index> class_counts(const Dataset& data) {
  std::map<Index, Index> counts;
  for (Index i = 0; i < data.samples(); ++i) ++counts[class_of(data, i)];
  return counts;
}

TEST(Noise, IsWhatTorchDraws) {
  // torch.manual_seed(42); torch.randn(6, 3); torch.randn(6, 2), PyTorch 1.13.
  const std::vector<float> inputs = {
      1.9269152879714966F, 1.4872840642929077F,  -0.4973975419998169F, 0.439589262008667F,    -0.7581311464309692F,
      1.078317642211914F,  0.8008005619049072F,  1.680620551109314F,   0.3558599054813385F,   -0.6866229772567749F,
      0.610466480255127F,  1.334737777709961F,   -0.2316243201494217F, 0.041759490966796875F, -0.2515752911567688F,
      0.859858512878418F,  -0.3097267746925354F, -0.3957104980945587F};
  const std::vector<float> targets = {-0.42198604345321655F, -1.3323241472244263F, -0.3639322817325592F,
                                      0.15133808553218842F,  -0.3514404296875F,    -0.7906430959701538F,
                                      -0.09150922298431396F, 0.23517996072769165F, 2.2439866065979004F,
                                      0.5816686749458313F,   0.4527653157711029F,  0.6410111784934998F};
  Spec spec = spec_of("noise", "mse");
  spec.data.samples = 6;
  spec.data.features = 3;
  spec.data.outputs = 2;
  const Dataset data = load(spec, 42);
  EXPECT_EQ(data.task, Task::regression);
  ASSERT_EQ(data.inputs.values.size(), inputs.size());
  ASSERT_EQ(data.targets.values.size(), targets.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) EXPECT_NEAR(data.inputs.values[i], inputs[i], 1e-6) << i;
  for (std::size_t i = 0; i < targets.size(); ++i) EXPECT_NEAR(data.targets.values[i], targets[i], 1e-6) << i;
}

TEST(Noise, GivesRandomClassesToAClassifyingLoss) {
  Spec spec = spec_of("noise");
  spec.data.samples = 6;
  spec.data.features = 3;
  spec.data.classes = 3;
  // torch.manual_seed(42); torch.randn(6, 3); torch.randint(3, (6, 1)), PyTorch 1.13.
  EXPECT_EQ(load(spec, 42).targets.values, (Buffer<float>{2, 1, 2, 2, 1, 0}));
  spec.data.samples = 9000;
  const Dataset data = load(spec);
  EXPECT_EQ(data.classes, 3);
  for (const auto& [label, count] : class_counts(data)) EXPECT_NEAR(double(count), 3000, 250) << label;

  spec = spec_of("noise", "bce");
  EXPECT_EQ(load(spec).classes, 2);
}

TEST(SyntheticSets, HaveTheShapeTheSpecAsksFor) {
  for (const std::string set : {"noise", "teacher", "blobs", "circle", "spiral", "adding"}) {
    Spec spec = spec_of(set, regresses(set) ? "mse" : "cross_entropy");
    EXPECT_EQ(load(spec).samples(), 500) << set;
    spec.data.samples = 37;
    spec.data.features = 6;
    spec.data.outputs = 3;
    const Index columns = set == "noise" || set == "teacher" ? 3 : 1;
    const Dataset data = load(spec);
    EXPECT_EQ(data.samples(), 37) << set;
    EXPECT_EQ(data.features(), 6) << set;
    EXPECT_EQ(data.targets.rows, 37) << set;
    EXPECT_EQ(data.task, regresses(set) ? Task::regression : Task::classification) << set;
    EXPECT_EQ(data.targets.columns, columns) << set;
    EXPECT_EQ(output_count(spec, data), regresses(set) ? columns : 2) << set;
  }
}

TEST(SyntheticSets, DependOnTheGeneratorAlone) {
  for (const std::string set : {"noise", "teacher", "blobs", "circle", "spiral", "adding"}) {
    const Spec spec = spec_of(set, regresses(set) ? "mse" : "bce");
    EXPECT_EQ(load(spec, 3).inputs.values, load(spec, 3).inputs.values) << set;
    EXPECT_EQ(load(spec, 3).targets.values, load(spec, 3).targets.values) << set;
    EXPECT_NE(load(spec, 3).inputs.values, load(spec, 4).inputs.values) << set;
  }
}

TEST(SyntheticSets, RejectWhatCannotBeMade) {
  for (const std::string set : {"circle", "spiral"}) {
    Spec spec = spec_of(set);
    spec.data.features = 1;
    EXPECT_NE(error_of([&] { load(spec); }).find("[data.features]"), std::string::npos) << set;
  }
  for (const std::int64_t features : {2, 7}) {
    Spec spec = spec_of("adding", "mse");
    spec.data.features = features;
    EXPECT_NE(error_of([&] { load(spec); }).find("[data.features]"), std::string::npos) << features;
  }
  for (const std::string set : {"noise", "blobs", "spiral"}) {
    for (const std::int64_t classes : {std::int64_t{1}, std::int64_t{501}, std::int64_t{1} << 32}) {
      Spec spec = spec_of(set);
      spec.data.classes = classes;
      EXPECT_NE(error_of([&] { load(spec); }).find("[data.classes]"), std::string::npos) << set;
    }
  }
  for (const std::string set : {"noise", "teacher", "blobs", "circle", "spiral", "adding"}) {
    Spec spec = spec_of(set, regresses(set) ? "mse" : "bce");
    spec.data.samples = std::int64_t{1} << 40;
    spec.data.features = std::int64_t{1} << 40;
    EXPECT_NE(error_of([&] { load(spec); }).find("[data.samples]"), std::string::npos) << set;
  }
}

TEST(Teacher, AnswersByItsFormula) {
  Spec spec = spec_of("teacher", "mse");
  spec.data.samples = 40;
  spec.data.features = 3;
  spec.data.outputs = 2;
  spec.data.noise = 0;
  const Dataset data = load(spec, 5);

  Generator generator(5);
  std::vector<float> x(40 * 3), w(16 * 3), v(2 * 16);
  generator.normal(std::span<float>(x));
  generator.normal(std::span<float>(w));
  generator.normal(std::span<float>(v));
  for (int sample = 0; sample < 40; ++sample) {
    for (int output = 0; output < 2; ++output) {
      long double sum = 0;
      for (int unit = 0; unit < 16; ++unit) {
        long double weighted = 0;
        for (int feature = 0; feature < 3; ++feature)
          weighted += (long double)x[sample * 3 + feature] * w[unit * 3 + feature];
        sum += v[output * 16 + unit] * std::tanh(2 * weighted / std::sqrt(3.0L));
      }
      EXPECT_NEAR(data.targets.view()(sample, output), double(sum / 4), 1e-5);
    }
  }

  spec.data.samples = 0;
  Dataset clean = load(spec, 5);
  spec.data.noise = 0.5;
  const Dataset noisy = load(spec, 5);
  EXPECT_EQ(noisy.inputs.values, clean.inputs.values);
  double square = 0;
  for (std::size_t i = 0; i < clean.targets.values.size(); ++i)
    square += std::pow(noisy.targets.values[i] - clean.targets.values[i], 2);
  EXPECT_NEAR(std::sqrt(square / double(clean.targets.values.size())), 0.5, 0.05);
}

TEST(Blobs, AreClustersOfTheGivenDeviation) {
  Spec spec = spec_of("blobs");
  spec.data.classes = 4;
  spec.data.features = 3;
  spec.data.samples = 4000;
  spec.data.noise = 0;
  const Dataset centres = load(spec, 2);
  for (Index i = 4; i < 4000; ++i) {
    for (Index feature = 0; feature < 3; ++feature)
      EXPECT_EQ(centres.inputs.view()(i, feature), centres.inputs.view()(i % 4, feature));
  }
  EXPECT_EQ(class_counts(centres), (std::map<Index, Index>{{0, 1000}, {1, 1000}, {2, 1000}, {3, 1000}}));
  EXPECT_NE(centres.inputs.view()(0, 0), centres.inputs.view()(1, 0));

  spec.data.noise = 0.3;
  const Dataset data = load(spec, 2);
  for (Index feature = 0; feature < 3; ++feature) {
    double sum = 0, square = 0;
    for (Index i = 0; i < 4000; ++i) {
      const double distance = data.inputs.view()(i, feature) - centres.inputs.view()(i, feature);
      sum += distance;
      square += distance * distance;
    }
    EXPECT_NEAR(sum / 4000, 0, 0.03);
    EXPECT_NEAR(std::sqrt(square / 4000), 0.3, 0.02);
  }
}

TEST(Circle, PutsOneClassInsideAndOneOutside) {
  Spec spec = spec_of("circle", "bce");
  spec.data.features = 4;
  spec.data.samples = 4000;
  spec.data.noise = 0;
  const Dataset data = load(spec);
  EXPECT_EQ(data.classes, 2);
  EXPECT_EQ(output_count(spec, data), 1);
  EXPECT_EQ(class_counts(data), (std::map<Index, Index>{{0, 2000}, {1, 2000}}));
  double inside = 0, outside = 0, right = 0;
  for (Index i = 0; i < 4000; ++i) {
    const float* x = data.inputs.view().row(i);
    const double square = double(x[0]) * x[0] + double(x[1]) * x[1];
    EXPECT_EQ(x[2], 0);
    EXPECT_EQ(x[3], 0);
    if (class_of(data, i) == 1) {
      EXPECT_LE(square, 1 + 1e-6);
      inside += square;
    } else {
      EXPECT_GE(square, 1.96 - 1e-5);
      EXPECT_LE(square, 4 + 1e-5);
      outside += square;
    }
    right += x[0] > 0;
  }
  // Even filling: the square of the radius is uniform.
  EXPECT_NEAR(inside / 2000, 0.5, 0.03);
  EXPECT_NEAR(outside / 2000, (1.96 + 4) / 2, 0.06);
  EXPECT_NEAR(right / 4000, 0.5, 0.04);

  spec.data.noise = 0.1;
  double square = 0;
  const Dataset noisy = load(spec);
  for (Index i = 0; i < 4000; ++i) square += std::pow(noisy.inputs.view()(i, 3), 2);
  EXPECT_NEAR(std::sqrt(square / 4000), 0.1, 0.01);
}

TEST(Spiral, EveryArmWindsOneAndAHalfTimes) {
  Spec spec = spec_of("spiral");
  spec.data.features = 2;
  spec.data.classes = 3;
  spec.data.samples = 3000;
  spec.data.noise = 0;
  const Dataset data = load(spec);
  EXPECT_EQ(data.classes, 3);
  EXPECT_EQ(class_counts(data), (std::map<Index, Index>{{0, 1000}, {1, 1000}, {2, 1000}}));
  double mean_radius = 0;
  for (Index i = 0; i < 3000; ++i) {
    const double x = data.inputs.view()(i, 0), y = data.inputs.view()(i, 1);
    const double radius = std::hypot(x, y);
    mean_radius += radius / 3000;
    EXPECT_LE(radius, 2 + 1e-5);
    // On its arm the angle is the class's start plus 3/4 of a turn for each unit of radius.
    const double turns = double(class_of(data, i)) / 3 + 0.75 * radius;
    EXPECT_NEAR(x, radius * std::cos(2 * std::numbers::pi * turns), 1e-4);
    EXPECT_NEAR(y, radius * std::sin(2 * std::numbers::pi * turns), 1e-4);
  }
  EXPECT_NEAR(mean_radius, 1, 0.03);
}

TEST(Adding, IsWhatTorchDraws) {
  // torch.manual_seed(42); torch.rand(3, 5); torch.randint(2, (3, 1)); torch.randint(2, 5, (3, 1)), PyTorch 1.13.
  const float values[3][5] = {
      {0.8822692632675171F, 0.9150039553642273F, 0.38286375999450684F, 0.9593056440353394F, 0.3904482126235962F},
      {0.600895345211029F, 0.2565724849700928F, 0.7936413288116455F, 0.9407714605331421F, 0.13318592309951782F},
      {0.9345980882644653F, 0.5935796499252319F, 0.8694044351577759F, 0.5677152872085571F, 0.7410940527915955F}};
  const Index marked[3][2] = {{0, 2}, {1, 3}, {1, 3}};
  Spec spec = spec_of("adding", "mse");
  spec.data.samples = 3;
  spec.data.features = 10;
  const Dataset data = load(spec, 42);
  for (Index i = 0; i < 3; ++i) {
    for (Index step = 0; step < 5; ++step) {
      EXPECT_EQ(data.inputs.view()(i, 2 * step), values[i][step]);
      EXPECT_EQ(data.inputs.view()(i, 2 * step + 1), step == marked[i][0] || step == marked[i][1]);
    }
    EXPECT_EQ(data.targets.view()(i, 0), values[i][marked[i][0]] + values[i][marked[i][1]]);
  }
}

TEST(Adding, MarksEveryStepOfEachHalfAlike) {
  Spec spec = spec_of("adding", "mse");
  spec.data.samples = 6000;
  spec.data.features = 10;
  const Dataset data = load(spec);
  std::vector<int> marks(5);
  double error = 0;
  for (Index i = 0; i < 6000; ++i) {
    for (Index step = 0; step < 5; ++step) marks[std::size_t(step)] += data.inputs.view()(i, 2 * step + 1) == 1;
    error += std::pow(data.targets.view()(i, 0) - 1, 2) / 6000;
  }
  EXPECT_EQ(marks[0] + marks[1], 6000);
  EXPECT_EQ(marks[2] + marks[3] + marks[4], 6000);
  for (int step = 0; step < 5; ++step) EXPECT_NEAR(marks[std::size_t(step)], step < 2 ? 3000 : 2000, 200) << step;
  EXPECT_NEAR(error, 1.0 / 6, 0.01);
}

TEST(Catalogue, TheSpecSaysWhichSetsMakeTheirFeatures) {
  for (const DatasetSource& source : sets::all()) {
    Spec spec = spec_of(source.id, regresses(source.id) ? "mse" : "cross_entropy");
    spec.data.features = 6;
    spec.data.path = "/nowhere";
    if (makes_features(spec.data)) {
      EXPECT_EQ(load(spec).features(), 6) << source.id;
    } else {
      error_of([&] { load(spec); });  // fails where a set needs no file
    }
  }
}

TEST(Catalogue, EverySetDescribesItself) {
  std::set<std::string> ids;
  for (const DatasetSource& source : sets::all()) {
    EXPECT_TRUE(ids.insert(source.id).second) << source.id;
    EXPECT_FALSE(source.summary.empty()) << source.id;
    EXPECT_FALSE(source.reference.empty()) << source.id;
    EXPECT_NE(source.load, nullptr) << source.id;
  }
  EXPECT_EQ(ids, (std::set<std::string>{"adding", "blobs", "cifar10", "circle", "csv", "fashion-mnist", "mnist",
                                        "noise", "npy", "spiral", "teacher"}));
}

}  // namespace
}  // namespace gradclinic
