#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace gradclinic::torch {

/// A model in a TorchScript file, scripted or traced, that can be trained.
class ScriptModel {
 public:
  /// Throws BadInput where the file is missing, damaged, no TorchScript, or a model that cannot be trained: without
  /// parameters (frozen), without one that wants a gradient, or traced in evaluation mode, which fixes it.
  explicit ScriptModel(const std::string& path);
  /// The same of what such a file holds; `name` stands for it in errors.
  ScriptModel(std::string name, std::string content);

  const std::string& path() const { return path_; }
  /// The model as the file holds it; each call gives another one.
  ::torch::jit::Module fresh() const;
  /// Traced in training mode, so that dropout and batch norm never leave it.
  bool always_trains() const { return always_trains_; }

 private:
  std::string path_;
  std::string content_;
  bool always_trains_ = false;
};

/// Parameters in the model's own order, a shared one once.
std::vector<std::pair<std::string, at::Tensor>> named_parameters_of(const ::torch::jit::Module& module);

/// The first tensor in what a model returned; undefined where there is none.
at::Tensor first_tensor(const c10::IValue& returned);

/// What a LibTorch exception says, in one sentence.
std::string reason_of(const std::exception& error);

}  // namespace gradclinic::torch
