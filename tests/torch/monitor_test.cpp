// Trainings in LibTorch under watch, against the same quantities by plain calls.
#include "monitor.h"

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gradclinic/record/store.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "support/temporary_folder.h"

namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;

/// Modules and functions, a norm, a convolution, a flattening, an in-place function, a sequence (3-D linear).
struct NetImpl : nn::Module {
  NetImpl() {
    conv = register_module("conv", nn::Conv2d(2, 5, 3));
    bn = register_module("bn", nn::BatchNorm2d(5));
    one = register_module("one", nn::Linear(15, 7));
    two = register_module("two", nn::Linear(21, 6));
    act = register_module("act", nn::Tanh());
    drop = register_module("drop", nn::Dropout(0.2));
    head = register_module("head", nn::Linear(6, 3));
  }

  at::Tensor keep(const std::string& name, at::Tensor tensor) {
    if (keeps) {
      tensor.retain_grad();
      kept[name] = tensor;
    }
    return tensor;
  }

  at::Tensor forward(at::Tensor x) {
    x = keep("pre_activation 1", bn(conv(x)));
    x = keep("activation 1", F::relu(x));
    x = F::max_pool2d(x, F::MaxPool2dFuncOptions(2)).flatten(2).transpose(1, 2).reshape({-1, 3, 15});
    x = keep("pre_activation 2", one(x));
    x = keep("activation 2", ::torch::gelu(x));
    x = keep("pre_activation 3", two(x.flatten(1)));
    x = keep("activation 3", act(x));
    return keep("pre_activation 4", head(drop(x)));
  }

  nn::Conv2d conv{nullptr};
  nn::BatchNorm2d bn{nullptr};
  nn::Linear one{nullptr}, two{nullptr}, head{nullptr};
  nn::Tanh act{nullptr};
  nn::Dropout drop{nullptr};
  bool keeps = false;
  std::map<std::string, at::Tensor> kept;
};
TORCH_MODULE(Net);

/// A table, a recurrent layer, and a skip around a layer.
struct WordsImpl : nn::Module {
  explicit WordsImpl(bool with_skip) : skips(with_skip) {
    table = register_module("table", nn::Embedding(12, 8));
    rnn = register_module("rnn", nn::LSTM(nn::LSTMOptions(8, 8).batch_first(true)));
    body = register_module("body", nn::Linear(8, 8));
    head = register_module("head", nn::Linear(8, 3));
  }

  at::Tensor forward(const at::Tensor& words) {
    const at::Tensor state = std::get<0>(rnn->forward(table(words))).select(1, -1);
    const at::Tensor branch = F::relu(body(state));
    return head(skips ? state + branch : branch);
  }

  bool skips;
  nn::Embedding table{nullptr};
  nn::LSTM rnn{nullptr};
  nn::Linear body{nullptr}, head{nullptr};
};
TORCH_MODULE(Words);

}  // namespace

namespace gradclinic {
namespace {

using torch::Monitor;

std::map<std::string, double> statistics(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(at::kDouble).flatten();
  return {{"l2", values.norm().item<double>()},      {"mean", values.mean().item<double>()},
          {"std", values.std(false).item<double>()}, {"min", values.min().item<double>()},
          {"max", values.max().item<double>()},      {"zeros", values.eq(0).to(at::kDouble).mean().item<double>()}};
}

double norm_of(const std::vector<at::Tensor>& parameters) {
  double squares = 0;
  for (const at::Tensor& each : parameters) squares += each.grad().to(at::kDouble).square().sum().item<double>();
  return std::sqrt(squares);
}

/// What a store has of a run.
Record kept_record(const Monitor& monitor, const TemporaryFolder& folder) {
  const std::int64_t id = monitor.save(folder / "store.sqlite");
  return Store(folder / "store.sqlite", true).find(std::to_string(id));
}

struct Batch {
  at::Tensor x, y;
};

Batch next_batch() { return {at::randn({16, 2, 8, 8}), at::randint(0, 3, {16}, at::kLong)}; }

TEST(Monitor, EveryGaugeIsWhatPlainCallsMeasure) {
  ::torch::manual_seed(5);
  Net net;
  net->keeps = true;
  ::torch::optim::SGD optimizer(net->parameters(), ::torch::optim::SGDOptions(0.05).momentum(0.5));
  Monitor monitor(*net, optimizer, {.budget = -1});
  std::vector<std::map<std::string, std::map<std::string, double>>> wanted;
  std::vector<std::map<std::string, double>> whole;
  const std::vector<at::Tensor> weights = {net->conv->weight, net->one->weight, net->two->weight, net->head->weight};
  for (int step = 0; step < 5; ++step) {
    const Batch batch = next_batch();
    optimizer.zero_grad();
    const at::Tensor output = net->forward(batch.x);
    const at::Tensor loss = F::cross_entropy(output, batch.y);
    loss.backward();
    const double norm = norm_of(net->parameters());
    std::map<std::string, std::map<std::string, double>> row;
    std::vector<at::Tensor> before;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      row["weight_grad " + std::to_string(i + 1)] = statistics(weights[i].grad());
      before.push_back(weights[i].detach().clone());
    }
    nn::utils::clip_grad_norm_(net->parameters(), 0.5 * norm);
    optimizer.step();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      row["weight " + std::to_string(i + 1)] = statistics(weights[i]);
      row["update " + std::to_string(i + 1)] = statistics(weights[i].detach() - before[i]);
    }
    for (const auto& [name, tensor] : net->kept) {
      row[name] = statistics(tensor);
      row[name.substr(0, name.find(' ')) + "_grad" + name.substr(name.find(' '))] = statistics(tensor.grad());
    }
    wanted.push_back(std::move(row));
    whole.push_back({{"loss", loss.item<double>()},
                     {"gradient_norm", norm},
                     {"clipped_gradient_norm", 0.5 * norm},
                     {"accuracy", output.argmax(1).eq(batch.y).to(at::kDouble).mean().item<double>()},
                     {"lr", 0.05}});
    monitor.step(loss);
  }
  const TemporaryFolder folder;
  const Record record = kept_record(monitor, folder);
  int compared = 0;
  for (std::size_t step = 0; step < wanted.size(); ++step) {
    for (const auto& [name, values] : wanted[step])
      for (const auto& [gauge, value] : values) {
        const std::string quantity = name.substr(0, name.find(' '));
        const Series seen = record.series(quantity + "." + gauge, std::stoi(name.substr(name.find(' '))));
        if (seen.values.empty()) continue;
        EXPECT_NEAR(seen.values.at(step), value, 2e-4 * std::abs(value) + 1e-6) << name << " " << gauge << " " << step;
        ++compared;
      }
    for (const auto& [name, value] : whole[step])
      EXPECT_NEAR(record.series(name).values.at(step), value, 1e-4 * std::abs(value) + 1e-6) << name << " " << step;
  }
  EXPECT_GT(compared, 5 * 26 * 5);
  const Spec spec = parse_spec(record.spec, "record");
  EXPECT_EQ(spec.model.layers, "conv one two head");
  EXPECT_EQ(spec.model.norm, "batch");
  EXPECT_EQ(spec.train.optimizer, "momentum");
  EXPECT_EQ(spec.train.loss, "cross_entropy");
  EXPECT_GT(spec.train.clip_norm, 0);
}

std::vector<at::Tensor> trained(bool watched, double budget) {
  ::torch::manual_seed(11);
  Net net;
  ::torch::optim::Adam optimizer(net->parameters(), 0.01);
  std::unique_ptr<Monitor> monitor;
  if (watched) monitor = std::make_unique<Monitor>(*net, optimizer, torch::MonitorOptions{.budget = budget});
  for (int step = 0; step < 30; ++step) {
    const Batch batch = next_batch();
    optimizer.zero_grad();
    const at::Tensor loss = F::cross_entropy(net->forward(batch.x), batch.y);
    loss.backward();
    nn::utils::clip_grad_norm_(net->parameters(), 1.0);
    optimizer.step();
    if (monitor) monitor->step(loss);
  }
  if (monitor) monitor->diagnosis();
  std::vector<at::Tensor> values = net->parameters();
  for (const at::Tensor& buffer : net->buffers()) values.push_back(buffer);
  return values;
}

TEST(Monitor, ParametersAreTheSameToTheBit) {
  const std::vector<at::Tensor> plain = trained(false, 0);
  for (const double budget : {-1.0, 0.03}) {
    const std::vector<at::Tensor> watched = trained(true, budget);
    ASSERT_EQ(plain.size(), watched.size());
    for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(plain[i].equal(watched[i])) << i << ", " << budget;
  }
}

TEST(Monitor, LeavesNoCallbackBehind) {
  trained(true, -1);
  EXPECT_FALSE(at::hasThreadLocalCallbacks());
  trained(true, 0.03);
  EXPECT_FALSE(at::hasThreadLocalCallbacks());
}

TEST(Monitor, FindsAndShowsWhatAilsATraining) {
  ::torch::manual_seed(1);
  const at::Tensor x = at::randn({400, 20}), y = x.select(1, 0).gt(0).to(at::kLong);
  nn::Sequential net;
  net->push_back(nn::Linear(20, 64));
  net->push_back(nn::ReLU());
  net->push_back(nn::Linear(64, 2));
  ::torch::optim::SGD optimizer(net->parameters(), 30.0);
  Monitor monitor(*net, optimizer, {.name = "far too fast", .budget = -1});
  for (int step = 0; step < 150; ++step) {
    optimizer.zero_grad();
    const at::Tensor loss = F::cross_entropy(net->forward(x), y);
    loss.backward();
    optimizer.step();
    monitor.step(loss);
    monitor.validation(loss.item<double>());
  }
  const Diagnosis diagnosis = monitor.diagnosis();
  EXPECT_EQ(diagnosis.verdict, Health::sick);
  ASSERT_TRUE(diagnosis.cause());
  EXPECT_EQ(diagnosis.cause()->pathology, "learning-rate-too-high") << monitor.text();
  EXPECT_NE(monitor.text().find("far too fast"), std::string::npos);
  const TemporaryFolder folder;
  monitor.report(folder / "page.html");
  EXPECT_NE(read_bytes(folder / "page.html").find("far too fast"), std::string::npos);
}

TEST(Monitor, KeepsQuietInTheLoopAndSaysLaterWhatItCouldNotSee) {
  nn::Sequential net{nn::ReLU()};
  const at::Tensor weight = at::ones({3}).requires_grad_();
  ::torch::optim::SGD optimizer({weight}, 0.1);
  Monitor monitor(*net, optimizer);
  for (int step = 0; step < 5; ++step) {
    optimizer.zero_grad();
    const at::Tensor loss = net->forward(weight * at::randn({3})).square().sum();
    loss.backward();
    optimizer.step();
    monitor.step(loss);
  }
  EXPECT_THROW(monitor.diagnosis(), RunFailed);
  Monitor idle(*net, optimizer);
  EXPECT_THROW(idle.text(), RunFailed);
}

TEST(Monitor, TakesTheMeanOfALossThatIsNoScalar) {
  nn::Sequential net(nn::Linear(4, 2));
  ::torch::optim::SGD optimizer(net->parameters(), 0.1);
  Monitor monitor(*net, optimizer, {.budget = -1});
  const at::Tensor x = at::randn({8, 4}), y = at::randn({8, 2});
  for (int step = 0; step < 5; ++step) {
    optimizer.zero_grad();
    const at::Tensor loss = F::mse_loss(net->forward(x), y, F::MSELossFuncOptions(::torch::kNone));
    loss.sum().backward();
    optimizer.step();
    monitor.step(loss);
  }
  const Diagnosis diagnosis = monitor.diagnosis();
  EXPECT_TRUE(std::ranges::any_of(diagnosis.gaps,
                                  [](const auto& gap) { return gap.reason.find("no scalar") != std::string::npos; }));
}

TEST(Monitor, AStepThatThrowsAndValidationBetweenDoNoHarm) {
  ::torch::manual_seed(2);
  Net net;
  ::torch::optim::SGD optimizer(net->parameters(), 0.05);
  Monitor monitor(*net, optimizer, {.budget = -1});
  for (int step = 0; step < 6; ++step) {
    const Batch batch = next_batch();
    if (step == 3) {
      EXPECT_ANY_THROW(net->forward(at::randn({16, 9, 8, 8})));
    }
    optimizer.zero_grad();
    const at::Tensor loss = F::cross_entropy(net->forward(batch.x), batch.y);
    loss.backward();
    optimizer.step();
    monitor.step(loss);
    const at::NoGradGuard no_gradients;
    net->eval();
    net->forward(batch.x);
    net->train();
  }
  const TemporaryFolder folder;
  const Record record = kept_record(monitor, folder);
  EXPECT_EQ(record.series("loss").values.size(), 6U);
  for (const float norm : record.series("activation_grad.l2", 2).values) EXPECT_GT(norm, 0);
}

TEST(Monitor, TellsTablesRecurrentLayersAndSkips) {
  for (const bool skips : {false, true}) {
    Words words(skips);
    ::torch::optim::RMSprop optimizer(words->parameters(), 0.01);
    Monitor monitor(*words, optimizer, {.budget = -1});
    for (int step = 0; step < 4; ++step) {
      optimizer.zero_grad();
      const at::Tensor loss =
          F::cross_entropy(words->forward(at::randint(0, 12, {16, 5}, at::kLong)), at::randint(0, 3, {16}, at::kLong));
      loss.backward();
      optimizer.step();
      monitor.step(loss);
    }
    const TemporaryFolder folder;
    const Record record = kept_record(monitor, folder);
    const Spec spec = parse_spec(record.spec, "words");
    EXPECT_EQ(spec.model.layers, "rnn body head");
    EXPECT_EQ(spec.model.residual, skips);
    EXPECT_EQ(spec.train.optimizer, "rmsprop");
    EXPECT_FALSE(record.series("activation.l2", 1).values.empty());
    for (const Event& event : record.events) EXPECT_NE(event.kind, "not-seen") << event.text;
  }
}

TEST(Monitor, TwoAtOnceSeeTheirOwnModule) {
  ::torch::manual_seed(3);
  nn::Sequential one(nn::Linear(4, 8), nn::ReLU(), nn::Linear(8, 4)),
      two(nn::Linear(4, 8), nn::Tanh(), nn::Linear(8, 1));
  ::torch::optim::SGD first(one->parameters(), 0.05), second(two->parameters(), 0.01);
  Monitor of_one(*one, first, {.budget = -1}), of_two(*two, second, {.budget = -1});
  for (int step = 0; step < 5; ++step) {
    first.zero_grad();
    second.zero_grad();
    const at::Tensor loss = two->forward(one->forward(at::randn({16, 4}))).square().mean();
    loss.backward();
    first.step();
    second.step();
    of_one.step(loss);
    of_two.step(loss);
  }
  const TemporaryFolder folder;
  const Record records[] = {kept_record(of_one, folder), kept_record(of_two, folder)};
  EXPECT_EQ(parse_spec(records[0].spec, "one").model.activation, "relu");
  EXPECT_EQ(parse_spec(records[1].spec, "two").model.activation, "tanh");
  EXPECT_EQ(records[0].series("lr").values.front(), 0.05F);
  EXPECT_EQ(records[1].series("lr").values.front(), 0.01F);
}

}  // namespace
}  // namespace gradclinic
