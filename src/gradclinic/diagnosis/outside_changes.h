#pragma once

namespace gradclinic {

// Keys of changes that no spec has, as its networks cannot be ill in this way. Only who trains a network from outside
// can make them; to anyone else they are changes that do not go with the spec.

/// "all": the optimizer is given every parameter of the model that takes a gradient.
inline constexpr const char* kParametersKey = "train.parameters";
/// "logits": a softmax or sigmoid at the model's end is undone, as the loss applies one of its own; "squeezed":
/// outputs are given the targets' shape, (n, ...) in place of (n, 1, ...) or the reverse; "squeezed-in-training": only
/// those that gradients are taken of; "log-probabilities": a log-softmax is put behind it; "linear": the activation
/// function that gives it is left out; "stretched": outputs are multiplied by 16; "unscaled": they are divided by the
/// number that the model multiplies by.
inline constexpr const char* kOutputKey = "model.output";
/// "false": layers that are frozen learn, too.
inline constexpr const char* kFrozenKey = "train.frozen";
/// "false": what the model detaches from the graph on the way to its output, or computes with gradients off, stays in
/// it.
inline constexpr const char* kDetachKey = "model.detach";
/// "derived": what a backward() written by hand gives is taken from autograd's own of the forward() beside it.
inline constexpr const char* kBackwardKey = "model.backward";
/// "false": weights get the gradient of the model's output alone, not that of a penalty on themselves.
inline constexpr const char* kPenaltyKey = "train.penalty";
/// "false": no hook of the user's own changes a parameter's gradient.
inline constexpr const char* kHooksKey = "train.hooks";
/// What the optimizer adds to the root of the mean squared gradient.
inline constexpr const char* kEpsilonKey = "train.epsilon";
/// "true": gradients are cleared after each update.
inline constexpr const char* kZeroGradKey = "train.zero_grad";
/// "true": the model computes in training mode wherever gradients are taken.
inline constexpr const char* kTrainingKey = "model.training";

/// "broken": weights whose entries are all the same are drawn, and no others.
inline constexpr const char* kSymmetryKey = "model.symmetry";

/// "last": every softmax runs along the last axis; "relu": a softmax or an exponential whose output a layer reads is a
/// ReLU.
inline constexpr const char* kSoftmaxKey = "model.softmax";

/// "true": inputs of samples held out get the mean and the deviation of those trained on.
inline constexpr const char* kHeldOutKey = "data.standardize_held_out";

/// How far batch norm's running averages go to each batch's figures, 0 to 1.
inline constexpr const char* kNormMomentumKey = "model.norm_momentum";

/// "equal": every sample counts the same in the loss.
inline constexpr const char* kClassWeightsKey = "train.class_weights";

/// A plain network stands in for the model, and is trained by the loop's batches and loss with Adam: "true": layers,
/// convolutions or a recurrent layer, as inputs have it; "attention": a transformer over the inputs' elements.
inline constexpr const char* kPlainKey = "model.plain";

}  // namespace gradclinic
