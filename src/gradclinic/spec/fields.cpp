#include "gradclinic/spec/fields.h"

#include "gradclinic/spec/vocabulary.h"

namespace gradclinic {

namespace {

using Names = std::vector<std::string>;

Allowed name_from(const char* family, const char* noun) {
  return {.noun = noun, .names = &names_in(family), .catalogue = family};
}
Allowed one_of(const Names& names, const char* noun) { return {.noun = noun, .names = &names}; }
Allowed any() { return {}; }
Allowed from_to(double least, double most) { return {.least = least, .most = most}; }
Allowed at_least(double least) { return {.least = least}; }
Allowed share() { return {.least = 0, .most = 1, .below_most = true}; }

// Bounds far above any use that still fits memory and 64-bit counts.
constexpr double kMostSamples = 1e8;
constexpr double kMostWidth = 65536;
constexpr double kMostSteps = 1e9;
constexpr double kLargestSeed = 9007199254740992.0;

void add_data(DataSpec& data, std::vector<Field>& into) {
  static const Names tasks = {"regression", "classification"};
  const Field fields[] = {
      {"data.set", &data.set, name_from("sets", "a data set"), "where the samples come from"},
      {"data.samples", &data.samples, from_to(0, kMostSamples), "the first N samples; 0: as many as the set has"},
      {"data.features", &data.features, from_to(1, kMostWidth),
       "inputs of the synthetic sets; adding: two a time step"},
      {"data.outputs", &data.outputs, from_to(1, kMostWidth), "targets of noise and teacher"},
      {"data.classes", &data.classes, from_to(2, kMostWidth), "classes of blobs and spiral"},
      {"data.noise", &data.noise, at_least(0), "spread of the synthetic sets' samples or targets"},
      {"data.path", &data.path, any(), "csv: the file; image sets: their folder; relative to the spec's folder"},
      {"data.target", &data.target, any(), "csv: the target's column"},
      {"data.task", &data.task, one_of(tasks, "a task"), "csv and npy: what the targets are"},
      {"data.inputs", &data.inputs, any(), "npy: the file of inputs, samples x features"},
      {"data.targets", &data.targets, any(), "npy: the file of targets"},
      {"data.standardize", &data.standardize, any(),
       "inputs to zero mean and unit variance per feature, by the training part"},
      {"data.standardize_target", &data.standardize_target, any(), "the same for the targets"},
      {"data.target_scale", &data.target_scale, any(), "multiplies the targets"},
      {"data.shuffle_labels", &data.shuffle_labels, any(), "permutes the targets, which makes a sick case"},
      {"data.validation", &data.validation, share(), "share of the samples held out"},
  };
  into.insert(into.end(), std::begin(fields), std::end(fields));
}

void add_model(ModelSpec& model, std::vector<Field>& into) {
  static const Names kinds = {"mlp", "cnn", "rnn", "transformer", "outside"};
  static const Names norms = {"none", "batch", "layer"};
  static const Names cells = {"tanh", "lstm", "gru"};
  const Field fields[] = {
      {"model.kind", &model.kind, one_of(kinds, "a kind of network"),
       "the network's kind; outside: one that gradclinic did not build, described by a record of its training"},
      {"model.depth", &model.depth, from_to(1, 10000),
       "number of layers with weights, output layer included; transformer: embedding, blocks and output layer"},
      {"model.width", &model.width, from_to(1, kMostWidth),
       "units of each hidden layer; cnn: channels of the first stage; transformer: numbers a time step"},
      {"model.activation", &model.activation, name_from("activations", "an activation"),
       "after each hidden layer; transformer: in the feed-forward part; not of an rnn"},
      {"model.init", &model.init, name_from("initializers", "an initializer"), "how the weights start"},
      {"model.init_std", &model.init_std, at_least(0), "standard deviation of init normal"},
      {"model.init_gain", &model.init_gain, any(), "multiplies every weight, output layer included"},
      {"model.init_value", &model.init_value, any(), "value of init constant"},
      {"model.bias_init", &model.bias_init, any(), "added to the hidden layers' biases"},
      {"model.norm", &model.norm, one_of(norms, "a norm"),
       "normalization between a layer and its activation; transformer: of its sub-layers, `layer`; not of an rnn"},
      {"model.residual", &model.residual, any(),
       "adds a hidden block's input to its output where widths agree; cnn: the input of each pair of convolutions"},
      {"model.dropout", &model.dropout, share(), "share of the activations dropped in training"},
      {"model.cell", &model.cell, one_of(cells, "a cell"), "rnn: what a recurrent layer is made of"},
      {"model.token", &model.token, from_to(0, kMostWidth),
       "rnn and transformer: features of a time step; a sample's features are cut into steps of so many, in order"},
      {"model.heads", &model.heads, from_to(1, kMostWidth),
       "transformer: attention heads; model.width is a multiple of them"},
      {"model.pre_norm", &model.pre_norm, any(),
       "transformer: normalizes a sub-layer's input instead of its sum with the residual"},
      {"model.stride", &model.stride, from_to(1, 4), "cnn: of the first convolution, in pixels"},
      {"model.layers", &model.layers, any(), "of a network from outside: its layers' names, with spaces between"},
  };
  into.insert(into.end(), std::begin(fields), std::end(fields));
}

void add_train(TrainSpec& train, std::vector<Field>& into) {
  static const Names schedules = {"constant", "step", "cosine"};
  const Field fields[] = {
      {"train.loss", &train.loss, name_from("losses", "a loss"), "what training minimizes"},
      {"train.optimizer", &train.optimizer, name_from("optimizers", "an optimizer"), "how it steps"},
      {"train.lr", &train.lr, at_least(0), "learning rate"},
      {"train.momentum", &train.momentum, at_least(0), "of optimizers momentum and nesterov"},
      {"train.weight_decay", &train.weight_decay, at_least(0),
       "L2 in the gradient, decoupled in adamw; biases included"},
      {"train.batch", &train.batch, from_to(0, kMostSamples), "samples a step; 0 is the full batch"},
      {"train.epochs", &train.epochs, from_to(0, kMostSteps),
       "passes over the data; epochs or steps, not both; with neither, 200 epochs"},
      {"train.steps", &train.steps, from_to(0, kMostSteps), "optimizer steps, instead of epochs"},
      {"train.clip_norm", &train.clip_norm, at_least(0), "largest gradient norm, over all parameters; 0 is off"},
      {"train.clip_value", &train.clip_value, at_least(0), "largest gradient entry; 0 is off"},
      {"train.warmup", &train.warmup, from_to(0, kMostSteps), "steps of linear warm-up"},
      {"train.schedule", &train.schedule, one_of(schedules, "a schedule"), "the learning rate over the steps"},
      {"train.step_every", &train.step_every, from_to(0, kMostSteps), "schedule step: steps between falls"},
      {"train.step_factor", &train.step_factor, at_least(0), "schedule step: what a fall multiplies by"},
  };
  into.insert(into.end(), std::begin(fields), std::end(fields));
}

void add_watch(WatchSpec& watch, std::vector<Field>& into) {
  const Allowed interval = from_to(0, kMostSteps);
  const Field fields[] = {
      {"watch.every", &watch.every, interval, "steps between measurements of the cheap gauges; 0 is never"},
      {"watch.histograms", &watch.histograms, interval, "steps between log2 histograms; 0 is never"},
      {"watch.rank", &watch.rank, interval, "steps between effective ranks of activations; 0 is never"},
      {"watch.noise", &watch.noise, interval, "steps between gradient signal-to-noise ratios; 0 is never"},
      {"watch.sharpness", &watch.sharpness, interval, "steps between largest Hessian eigenvalues; 0 is never"},
      {"watch.surveys", &watch.surveys, interval,
       "surveys of a fixed sample of the training data, spread evenly over the run; 0 is none"},
  };
  into.insert(into.end(), std::begin(fields), std::end(fields));
}

}  // namespace

std::vector<Field> fields_of(Spec& spec) {
  std::vector<Field> fields = {
      {"name", &spec.name, any(), "what reports call the run"},
      {"seed", &spec.seed, from_to(0, kLargestSeed), "what every random number comes from"},
  };
  add_data(spec.data, fields);
  add_model(spec.model, fields);
  add_train(spec.train, fields);
  add_watch(spec.watch, fields);
  return fields;
}

}  // namespace gradclinic
