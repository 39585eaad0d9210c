#include "plain_network.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>
#include <sstream>

namespace gradclinic::torch {
namespace {

constexpr std::int64_t kWidth = 64;
constexpr std::int64_t kCode = 16;  // numbers that a word becomes
constexpr std::int64_t kWords = 16384;
constexpr std::int64_t kLargest = 16384;

constexpr const char* kLinear = R"(
def forward(self, x):
    return torch.linear(x, self.weight, self.bias)
)";
constexpr const char* kTable = R"(
def forward(self, x):
    return torch.embedding(self.weight, x.remainder(self.weight.size(0)))
)";
constexpr const char* kOfAmounts = R"(
def read(self, x):
    return x.flatten(1)
)";
constexpr const char* kOfWords = R"(
def read(self, x):
    return self.codes.forward(x).flatten(1)
)";
constexpr const char* kForward = R"(
def forward(self, x):
    hidden = torch.relu(self.second.forward(torch.relu(self.first.forward(self.read(x)))))
    return self.last.forward(hidden).reshape(self.shape)
)";

/// Of two samples, to know its shape.
at::Tensor output_of(const ScriptModel& model, const at::Tensor& inputs) {
  ::torch::jit::Module module = model.fresh();
  module.eval();
  try {
    return first_tensor(module.forward({inputs}));
  } catch (const std::exception&) {
    return first_tensor(module.forward({inputs.to(at::kFloat)}));  // whole numbers that are amounts
  }
}

::torch::jit::Module linear(std::int64_t inputs, std::int64_t outputs) {
  ::torch::jit::Module module("linear");
  const double deviation = std::sqrt(2.0 / static_cast<double>(inputs));  // He et al. 2015
  module.register_parameter("weight", at::randn({outputs, inputs}).mul_(deviation).requires_grad_(), false);
  module.register_parameter("bias", at::zeros({outputs}).requires_grad_(), false);
  module.define(kLinear);
  return module;
}

::torch::jit::Module table() {
  ::torch::jit::Module module("table");
  module.register_parameter("weight", at::randn({kWords, kCode}).requires_grad_(), false);
  module.define(kTable);
  return module;
}

}  // namespace

std::optional<ScriptModel> plain_network(const ScriptModel& model, const ScriptData& data) {
  const at::NoGradGuard no_gradients;
  const at::Tensor some = data.inputs.slice(0, 0, 2);
  const at::Tensor output = output_of(model, some);
  const bool words = !some.is_floating_point();
  const std::int64_t inputs = some[0].numel() * (words ? kCode : 1);
  if (!output.defined() || output.dim() == 0 || output.sizes() == some.sizes() || inputs > kLargest) return {};
  ::torch::jit::Module module("plain_network");
  module.register_module("first", linear(inputs, kWidth));
  module.register_module("second", linear(kWidth, kWidth));
  module.register_module("last", linear(kWidth, output[0].numel()));
  if (words) module.register_module("codes", table());
  std::vector<std::int64_t> shape = output.sizes().vec();
  shape[0] = -1;
  module.register_attribute("shape", c10::ListType::ofInts(), shape);
  module.define(words ? kOfWords : kOfAmounts);
  module.define(kForward);
  std::ostringstream content;
  module.save(content);
  return ScriptModel("a plain network", content.str());
}

}  // namespace gradclinic::torch
