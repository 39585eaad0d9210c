#include "operations.h"

#include <map>

namespace gradclinic::torch {
namespace {

using Names = std::map<std::string, Operation, std::less<>>;

Names known() {
  Names names;
  for (const char* name : {"linear",
                           "addmm",
                           "mm",
                           "matmul",
                           "addmv",
                           "mv",
                           "bmm",
                           "baddbmm",
                           "einsum",
                           "bilinear",
                           "conv1d",
                           "conv2d",
                           "conv3d",
                           "conv_transpose1d",
                           "conv_transpose2d",
                           "conv_transpose3d",
                           "convolution",
                           "_convolution",
                           "lstm",
                           "gru",
                           "rnn_tanh",
                           "rnn_relu",
                           "lstm_cell",
                           "gru_cell",
                           "rnn_tanh_cell",
                           "rnn_relu_cell"})
    names[name] = {Role::multiply, ""};
  for (const char* name : {"batch_norm", "native_batch_norm", "instance_norm"}) names[name] = {Role::norm, "batch"};
  for (const char* name : {"layer_norm", "native_layer_norm", "group_norm"}) names[name] = {Role::norm, "layer"};
  // What has no kin in net/activations is measured, but cannot be called dead or saturated.
  for (const auto& [name, id] : std::map<const char*, const char*>{{"relu", "relu"},
                                                                   {"relu6", "relu"},
                                                                   {"leaky_relu", "leaky_relu"},
                                                                   {"prelu", "leaky_relu"},
                                                                   {"rrelu", "leaky_relu"},
                                                                   {"elu", "elu"},
                                                                   {"celu", "elu"},
                                                                   {"selu", "selu"},
                                                                   {"gelu", "gelu"},
                                                                   {"silu", "silu"},
                                                                   {"hardswish", "silu"},
                                                                   {"mish", "silu"},
                                                                   {"sigmoid", "sigmoid"},
                                                                   {"hardsigmoid", "sigmoid"},
                                                                   {"tanh", "tanh"},
                                                                   {"hardtanh", "tanh"},
                                                                   {"softplus", "softplus"},
                                                                   {"log_sigmoid", "identity"}})
    names[name] = {Role::activation, id};
  for (const char* name : {"max_pool1d",
                           "max_pool2d",
                           "max_pool3d",
                           "avg_pool1d",
                           "avg_pool2d",
                           "avg_pool3d",
                           "adaptive_avg_pool1d",
                           "adaptive_avg_pool2d",
                           "adaptive_avg_pool3d",
                           "adaptive_max_pool2d",
                           "mean",
                           "view",
                           "reshape",
                           "flatten",
                           "permute",
                           "transpose",
                           "squeeze",
                           "unsqueeze",
                           "dropout",
                           "feature_dropout",
                           "alpha_dropout",
                           "clone",
                           "expand",
                           "select",
                           "slice",
                           "t",
                           "contiguous",
                           "to"})
    names[name] = {Role::pass, ""};
  names["add"] = {Role::add, ""};
  for (const char* name : {"cross_entropy_loss", "nll_loss", "nll_loss_nd"})
    names[name] = {Role::loss, "cross_entropy"};
  names["mse_loss"] = {Role::loss, "mse"};
  names["binary_cross_entropy_with_logits"] = {Role::loss, "bce"};
  return names;
}

}  // namespace

const Operation& operation_named(std::string_view name) {
  static const Names names = known();
  static const Operation other;
  const auto found = names.find(name);
  return found == names.end() ? other : found->second;
}

}  // namespace gradclinic::torch
