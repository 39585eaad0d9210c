#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "clocks.h"
#include "gradclinic/net/activation.h"
#include "gradclinic/net/loss.h"
#include "gradclinic/net/optimizer.h"
#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/product.h"
#include "gradclinic/tensor/tensor.h"
#include "measurements.h"

namespace gradclinic {
namespace {

/// The memory of a network of the step comparison, and each piece of its step as a pass over the layers.
class Pieces {
 public:
  explicit Pieces(const Size& size) : depth_(size.depth), batch_(size.batch) {
    widths_.assign(static_cast<std::size_t>(depth_ + 1), size.width);
    widths_.front() = 10;
    widths_.back() = 1;
    for (Index layer = 0; layer <= depth_; ++layer) {
      before_.push_back(random(widths_[layer], batch_));
      after_.push_back(random(widths_[layer], batch_));
    }
    for (Index layer = 0; layer < depth_; ++layer) {
      offsets_.push_back(count_);
      count_ += widths_[layer + 1] * (widths_[layer] + 1);
    }
    values_ = random(count_, 1);
    gradients_ = random(count_, 1);
    flowing_[0] = random(std::max<Index>(10, size.width), batch_);
    flowing_[1] = flowing_[0];
  }

  void forward() {
    for (Index layer = 0; layer < depth_; ++layer)
      multiply_forward<float>(weights(layer, values_), after_[layer].view(), bias(layer, values_),
                              before_[layer + 1].view());
  }
  void backward() {
    for (Index layer = depth_; layer-- > 1;)
      multiply_backward<float>(weights(layer, values_), flowing(0, layer + 1), flowing(1, layer));
  }
  void weight_gradient() {
    for (Index layer = depth_; layer-- > 0;)
      multiply_weight_gradient<float>(flowing(0, layer + 1), after_[layer].view(), weights(layer, gradients_),
                                      bias(layer, gradients_));
  }
  void activation() {
    for (Index layer = 1; layer < depth_; ++layer) relu_.forward(before_[layer].view(), after_[layer].view());
  }
  void activation_backward() {
    for (Index layer = depth_; layer-- > 1;)
      relu_.backward(before_[layer].view(), after_[layer].view(), flowing(0, layer), flowing(1, layer));
  }
  void loss() { mse_.evaluate(before_.back().view(), after_.back().view(), flowing(0, depth_)); }
  void optimizer() { sgd_.update({.lr = 1e-9}, values_.values, gradients_.values, {}, {}); }

 private:
  Tensor<float> random(Index rows, Index columns) {
    Tensor<float> tensor(rows, columns);
    generator_.normal(tensor.values);
    return tensor;
  }
  View<float> weights(Index layer, Tensor<float>& in) {
    return {in.values.data() + offsets_[layer], widths_[layer + 1], widths_[layer]};
  }
  float* bias(Index layer, Tensor<float>& in) { return weights(layer, in).data + widths_[layer + 1] * widths_[layer]; }
  View<float> flowing(int which, Index layer) { return {flowing_[which].values.data(), widths_[layer], batch_}; }

  Generator generator_{1};
  const Activation& relu_ = find_activation("relu");
  const Loss& mse_ = find_loss("mse");
  const Optimizer& sgd_ = find_optimizer("sgd");
  Index depth_;
  Index batch_;
  std::vector<Index> widths_;
  std::vector<Tensor<float>> before_;  // by layer, 0 the inputs: pre-activations
  std::vector<Tensor<float>> after_;   // activations; of the last layer, the targets
  std::vector<Index> offsets_;
  Index count_ = 0;
  Tensor<float> values_;
  Tensor<float> gradients_;
  Tensor<float> flowing_[2];
};

/// Microseconds of processor time: the median of a few rounds of 10 ms and at least one pass each.
double time_of(const std::function<void()>& pass) {
  constexpr double kSeconds = 0.01;
  constexpr std::size_t kRounds = 5;
  pass();
  std::vector<double> rounds;
  while (rounds.size() < kRounds) {
    const double begin = Moment::now().cpu;
    double spent = 0;
    Index passes = 0;
    for (Index more = 1; spent < kSeconds; more *= 2) {  // the clock is read rarely
      for (Index i = 0; i < more; ++i) pass();
      passes += more;
      spent = Moment::now().cpu - begin;
    }
    rounds.push_back(1e6 * spent / static_cast<double>(passes));
  }
  std::ranges::sort(rounds);
  return rounds[kRounds / 2];
}

}  // namespace

std::string measure_pieces(const Size& size) {
  Pieces pieces(size);
  std::string result;
  for (const auto& [name, piece] : {std::pair{"forward", &Pieces::forward},
                                    {"backward", &Pieces::backward},
                                    {"weight_gradient", &Pieces::weight_gradient},
                                    {"activation", &Pieces::activation},
                                    {"activation_backward", &Pieces::activation_backward},
                                    {"loss", &Pieces::loss},
                                    {"optimizer", &Pieces::optimizer}})
    result += fmt::format(R"({}"{}": {:.5g})", result.empty() ? "{" : ", ", name,
                          time_of([&, piece = piece] { (pieces.*piece)(); }));
  return result + "}";
}

}  // namespace gradclinic
