#include "tokens.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "gradclinic/support/error.h"

namespace gradclinic::torch {

void check_tokens(const ModelSpec& model, std::int64_t features) {
  if (model.token > 0 && features % model.token == 0) return;
  throw BadInput("model.token", fmt::format("a sample's {} features cannot be cut into steps of so many", features),
                 std::to_string(model.token), "give a divisor: 28 cuts images of 28 x 28 into their rows");
}

at::Tensor tokens_of(const ModelSpec& model, const at::Tensor& inputs) {
  return inputs.reshape({inputs.size(0), inputs.size(1) / model.token, model.token});
}

}  // namespace gradclinic::torch
