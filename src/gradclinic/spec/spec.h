#pragma once

#include <cstdint>
#include <string>

namespace gradclinic {

/// Where the samples come from and how they are prepared. Keys and defaults: docs/spec.md.
struct DataSpec {
  std::string set = "noise";        ///< a name of data/sets
  std::int64_t samples = 0;         ///< the first N; 0 is the set's own number
  std::int64_t features = 10;       ///< inputs of the synthetic sets
  std::int64_t outputs = 1;         ///< targets of noise and teacher
  std::int64_t classes = 2;         ///< classes of blobs and spiral
  double noise = 0.1;               ///< spread of the synthetic sets' samples or targets
  std::string path;                 ///< csv: the file; mnist, cifar10, fashion-mnist: the folder
  std::string target;               ///< csv: the target's column
  std::string task = "regression";  ///< csv, npy: regression or classification
  std::string inputs;               ///< npy: the file of inputs, samples x features
  std::string targets;              ///< npy: the file of targets
  bool standardize = false;         ///< inputs to zero mean and unit variance, by the training part
  bool standardize_target = false;
  double target_scale = 1.0;
  bool shuffle_labels = false;
  double validation = 0.0;  ///< share held out, in [0, 1)

  bool operator==(const DataSpec&) const = default;
};

/// The network. Of kind "mlp", a hidden block is linear, norm, activation, dropout; what the keys mean for cnn, rnn and
/// transformer is said in docs/spec.md. depth counts the layers with weights, a transformer's block as one.
struct ModelSpec {
  std::string kind = "mlp";
  std::string layers;  ///< of kind "outside": the layers' names, with spaces between
  std::int64_t depth = 4;
  std::int64_t width = 50;
  std::string activation = "relu";
  std::string init = "torch";
  double init_std = 0.01;     ///< deviation of `normal`
  double init_gain = 1.0;     ///< multiplies every weight
  double init_value = 0.0;    ///< value of `constant`
  double bias_init = 0.0;     ///< added to the hidden layers' biases
  std::string norm = "none";  ///< none, batch, layer
  bool residual = false;
  double dropout = 0.0;
  std::string cell = "tanh";  ///< rnn: tanh, lstm, gru
  std::int64_t token = 0;     ///< rnn, transformer: features of one time step
  std::int64_t heads = 4;     ///< transformer: attention heads
  bool pre_norm = true;       ///< transformer: norm before each sub-layer, not behind its residual
  std::int64_t stride = 1;    ///< cnn: of the first convolution

  bool operator==(const ModelSpec&) const = default;
};

/// How it is trained; PyTorch's definitions throughout.
struct TrainSpec {
  std::string loss = "mse";
  std::string optimizer = "sgd";
  double lr = 0.01;
  double momentum = 0.9;  ///< of momentum and nesterov
  double weight_decay = 0.0;
  std::int64_t batch = 0;   ///< 0 is the full batch
  std::int64_t epochs = 0;  ///< epochs or steps, not both; with neither, 200 epochs
  std::int64_t steps = 0;
  double clip_norm = 0.0;             ///< 0 is off
  double clip_value = 0.0;            ///< 0 is off
  std::int64_t warmup = 0;            ///< steps of linear warm-up
  std::string schedule = "constant";  ///< constant, step, cosine
  std::int64_t step_every = 0;        ///< steps between falls, with `step`
  double step_factor = 0.1;

  bool operator==(const TrainSpec&) const = default;
};

/// What is measured and how often: steps between measurements; 0 is never.
struct WatchSpec {
  std::int64_t every = 1;       ///< the cheap gauges
  std::int64_t histograms = 0;  ///< log2 histograms
  std::int64_t rank = 0;        ///< effective rank of activations
  std::int64_t noise = 0;       ///< gradient signal to noise over batches
  std::int64_t sharpness = 0;   ///< largest Hessian eigenvalue
  std::int64_t surveys = 20;    ///< not an interval: how many surveys a run gets

  bool operator==(const WatchSpec&) const = default;
};

/// WHAT to run: everything that, with the seed, determines a run's record.
struct Spec {
  std::string name = "unnamed";
  std::uint64_t seed = 42;
  DataSpec data;
  ModelSpec model;
  TrainSpec train;
  WatchSpec watch;
  std::string folder = ".";  ///< where relative paths start: the spec file's folder; not a key

  bool operator==(const Spec&) const = default;
};

}  // namespace gradclinic
