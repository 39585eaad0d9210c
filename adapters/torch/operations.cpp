#include "operations.h"

#include <iterator>
#include <map>
#include <sstream>

namespace gradclinic::torch {
namespace {

struct Row {
  Role role;
  const char* id;
  const char* names;
};

// Activation functions without kin in net/activations are measured, but cannot be called dead or saturated.
constexpr Row kRows[] = {
    {Role::multiply, "", "linear addmm mm matmul addmv mv bmm baddbmm einsum bilinear"},
    {Role::multiply, "", "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d convolution"},
    {Role::multiply, "", "_convolution"},
    {Role::multiply, "tanh", "lstm gru rnn_tanh lstm_cell gru_cell rnn_tanh_cell"},
    {Role::multiply, "relu", "rnn_relu rnn_relu_cell"},
    {Role::look_up, "", "embedding embedding_bag"},
    {Role::norm, "batch", "batch_norm native_batch_norm instance_norm"},
    {Role::norm, "layer", "layer_norm native_layer_norm group_norm"},
    {Role::activation, "relu", "relu relu6"},
    {Role::activation, "leaky_relu", "leaky_relu prelu rrelu"},
    {Role::activation, "elu", "elu celu"},
    {Role::activation, "selu", "selu"},
    {Role::activation, "gelu", "gelu"},
    {Role::activation, "silu", "silu hardswish mish"},
    {Role::activation, "sigmoid", "sigmoid hardsigmoid"},
    {Role::activation, "tanh", "tanh hardtanh"},
    {Role::activation, "softplus", "softplus"},
    {Role::activation, "identity", "log_sigmoid"},
    {Role::pass, "", "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d"},
    {Role::pass, "", "adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d mean view reshape flatten permute"},
    {Role::pass, "", "transpose squeeze unsqueeze dropout feature_dropout alpha_dropout clone expand select slice t"},
    {Role::pass, "", "contiguous to"},
    {Role::add, "", "add"},
    {Role::loss, "cross_entropy", "cross_entropy_loss nll_loss nll_loss_nd"},
    {Role::loss, "mse", "mse_loss"},
    {Role::loss, "bce", "binary_cross_entropy_with_logits"},
};

using Operations = std::map<std::string, Operation, std::less<>>;

Operations known() {
  Operations operations;
  for (const Row& row : kRows) {
    std::istringstream names(row.names);
    for (std::istream_iterator<std::string> name(names), end; name != end; ++name)
      operations[*name] = {row.role, row.id};
  }
  return operations;
}

}  // namespace

const Operation& operation_named(std::string_view name) {
  static const Operations operations = known();
  static const Operation other;
  const auto found = operations.find(name);
  return found == operations.end() ? other : found->second;
}

}  // namespace gradclinic::torch
