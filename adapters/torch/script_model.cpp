#include "script_model.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <sstream>
#include <unordered_set>

#include "gradclinic/data/readers/file.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic::torch {
namespace {

constexpr const char* kSave = "save it with torch.jit.script(model).save(path)";

/// How operations are told whether they train.
struct Modes {
  bool asks = false;       // the model's attribute `training`: scripted
  bool evaluates = false;  // a constant, as tracing leaves them
  bool trains = false;
};

/// Operations that do something else in training, and the argument that says so.
int training_argument(const std::string& operation) {
  if (operation == "aten::batch_norm") return 5;
  for (const char* dropout : {"aten::dropout", "aten::dropout_", "aten::feature_dropout", "aten::alpha_dropout"})
    if (operation == dropout) return 2;
  return -1;
}

void look_through(const ::torch::jit::Block& block, Modes& modes) {
  for (const ::torch::jit::Node* node : block.nodes()) {
    for (const ::torch::jit::Block* inner : node->blocks()) look_through(*inner, modes);
    modes.asks |= node->kind() == ::torch::jit::prim::GetAttr && node->s(::torch::jit::attr::name) == "training";
    const int argument = training_argument(node->kind().toQualString());
    if (argument < 0 || node->inputs().size() <= static_cast<std::size_t>(argument)) continue;
    const auto constant = ::torch::jit::toIValue(node->input(static_cast<std::size_t>(argument)));
    if (constant && constant->isBool()) (constant->toBool() ? modes.trains : modes.evaluates) = true;
  }
}

void check_is_script(const std::string& path, std::string_view content) {
  const bool zip = content.starts_with("PK\x03\x04");
  if (zip && content.find("/code/") != std::string_view::npos) return;
  if (zip ? content.find("/data.pkl") != std::string_view::npos : content.starts_with("\x80\x02"))
    throw BadInput(path, "holds what torch.save writes (weights, or a Python object), and no program that computes", "",
                   kSave);
  throw BadInput(path, "is no TorchScript file, or a damaged one", "", kSave);
}

}  // namespace

ScriptModel::ScriptModel(const std::string& path) : ScriptModel(path, std::string(File(path).text())) {}

ScriptModel::ScriptModel(std::string name, std::string content) : path_(std::move(name)), content_(std::move(content)) {
  check_is_script(path_, content_);
  const ::torch::jit::Module module = fresh();
  const auto parameters = named_parameters_of(module);
  if (parameters.empty())
    throw BadInput(path_, "the model has no parameters, so there is nothing to train", "",
                   "a model frozen by torch.jit.freeze keeps them as constants: save it before it is frozen");
  if (std::ranges::none_of(parameters, [](const auto& named) { return named.second.requires_grad(); }))
    throw BadInput(path_, "no parameter of the model requires a gradient, so there is nothing to train");
  const auto forward = module.find_method("forward");
  if (!forward) throw BadInput(path_, "the model has no method forward");
  const std::shared_ptr<::torch::jit::Graph> graph = forward->graph()->copy();
  ::torch::jit::Inline(*graph);
  Modes modes;
  look_through(*graph->block(), modes);
  if (modes.asks) return;
  if (modes.evaluates)
    throw BadInput(
        path_,
        "the model was traced in evaluation mode, which fixes batch norm and dropout: trained like that it is "
        "another network",
        "", "call model.train() before torch.jit.trace, or use torch.jit.script");
  always_trains_ = modes.trains;
}

::torch::jit::Module ScriptModel::fresh() const {
  try {
    std::istringstream stream(content_);
    return ::torch::jit::load(stream, c10::Device(c10::kCPU));
  } catch (const std::exception& error) {
    throw BadInput(path_, "the TorchScript file cannot be loaded", reason_of(error),
                   "it is damaged, or was saved by a newer PyTorch");
  }
}

std::vector<std::pair<std::string, at::Tensor>> named_parameters_of(const ::torch::jit::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> parameters;
  std::unordered_set<const void*> seen;
  for (const auto& named : module.named_parameters())
    if (seen.insert(named.value.unsafeGetTensorImpl()).second) parameters.emplace_back(named.name, named.value);
  return parameters;
}

at::Tensor first_tensor(const c10::IValue& returned) {
  if (returned.isTensor()) return returned.toTensor();
  if (returned.isTuple()) {
    for (const c10::IValue& each : returned.toTupleRef().elements())
      if (at::Tensor found = first_tensor(each); found.defined()) return found;
  } else if (returned.isTensorList()) {
    if (returned.toTensorList().size() > 0) return returned.toTensorVector().front();
  } else if (returned.isList()) {
    for (const c10::IValue& each : returned.toListRef())
      if (at::Tensor found = first_tensor(each); found.defined()) return found;
  } else if (returned.isGenericDict()) {
    for (const auto& each : returned.toGenericDict())
      if (at::Tensor found = first_tensor(each.value()); found.defined()) return found;
  }
  return {};
}

std::string reason_of(const std::exception& error) {
  const auto* const own = dynamic_cast<const c10::Error*>(&error);
  std::istringstream lines(own ? own->what_without_backtrace() : error.what());
  std::string line, last;
  while (std::getline(lines, line)) {
    if (line.find_first_not_of(" \t~^<-") == std::string::npos || line.starts_with("frame #")) continue;
    const std::size_t start = line.find("Error: ");
    if (last.empty() || start != std::string::npos) last = start == std::string::npos ? line : line.substr(start + 7);
  }
  return excerpt(last, 200);
}

}  // namespace gradclinic::torch
