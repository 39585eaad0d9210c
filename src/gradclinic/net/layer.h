#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "gradclinic/net/tap.h"
#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// A trainable tensor and its gradient, in the network's flat buffers.
template <class T>
struct Parameter {
  std::string name;  ///< "weight", "bias", "scale", "shift"
  View<T> value;
  View<T> gradient;
  int layer = 0;  ///< the linear layer it belongs to, 1..depth
};

/// What a pass needs besides its tensors.
struct Pass {
  bool training = true;            ///< batch norm and dropout differ in evaluation
  Generator* generator = nullptr;  ///< dropout's; required in training when a layer drops
  Tap* tap = nullptr;              ///< null: nobody looks
  bool scale_outputs = false;      ///< LSUV's pass: each linear layer scales its weights to output variance 1

  /// Shows a tensor to the tap, if there is one. Taps read float: checks in double go untapped.
  template <class T>
  void show(Quantity quantity, int layer, View<const T> values) const {
    if constexpr (std::is_same_v<T, float>) {
      if (tap) tap->see(quantity, layer, values);
    }
  }
};

/// A function of a batch with its derivative: features x batch in, features x batch out.
/// backward follows forward on the same batch and may use what forward kept.
template <class T>
class Layer {
 public:
  virtual ~Layer() = default;
  /// Rows of the output, for an input of `inputs` rows.
  virtual Index outputs(Index inputs) const { return inputs; }
  virtual void forward(View<const T> input, View<T> output, const Pass& pass) = 0;
  /// Overwrites `input_gradient` and the parameters' gradients. `input_gradient` has no data where nobody needs it
  /// (the first layer). `input` and `output` are those of the forward pass.
  virtual void backward(View<const T> input, View<const T> output, View<const T> output_gradient,
                        View<T> input_gradient, const Pass& pass) = 0;
  /// Sizes of the parameters, in PyTorch's order; `bind` then gives them their memory.
  struct ParameterShape {
    std::string name;
    Index rows = 0;
    Index columns = 0;
  };
  virtual std::vector<ParameterShape> parameter_shapes() const { return {}; }
  /// The linear layer's number that its parameters count to.
  virtual int layer() const { return 0; }
  /// The layers inside, in the order of their parameters; empty for a plain layer.
  virtual std::vector<Layer*> inner() { return {}; }
  /// Gives the layer its parameters; called once, in the order of parameter_shapes.
  virtual void bind(const std::vector<Parameter<T>>& parameters) { (void)parameters; }
  /// Allocates what a batch of up to `largest_batch` needs, so that passes allocate nothing.
  virtual void reserve(Index inputs, Index largest_batch) { (void)inputs, (void)largest_batch; }
};

}  // namespace gradclinic
