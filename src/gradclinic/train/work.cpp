#include "gradclinic/train/work.h"

#include <algorithm>
#include <cmath>

#include "gradclinic/spec/model_mistakes.h"

namespace gradclinic {
namespace {

/// What a network computes for one sample.
struct Work {
  double parameters = 0;
  double products = 0;     ///< multiplications of a forward pass
  double activations = 0;  ///< numbers that layers put out
  double overhead = 1e5;   ///< of a step, however small it is
};

/// LibTorch's for each layer, and of an rnn for each time step.
constexpr double kLayerOverhead = 1e6;

Work work_of_mlp(const ModelSpec& model, double features) {
  const auto width = static_cast<double>(model.width);
  const auto depth = static_cast<double>(model.depth);
  const double parameters = width * (features + width * std::max(0.0, depth - 2) + 1);
  return {.parameters = parameters, .products = parameters, .activations = depth * width};
}

/// A layer of a later stage has half the activations and as many products as one of the first.
Work work_of_cnn(const ModelSpec& model, double features) {
  const auto width = static_cast<double>(model.width);
  const auto depth = static_cast<double>(model.depth);
  const double planes = std::fmod(features, 3) == 0 ? 3 : 1;
  const double pixels = features / planes / static_cast<double>(model.stride * model.stride);
  return {.parameters = parameter_count(model, features, 1),
          .products = 9 * width * pixels * (planes + width * (depth - 2)),
          .activations = depth * width * pixels,
          .overhead = kLayerOverhead * depth};
}

Work work_of_steps(const ModelSpec& model, double features) {
  const auto width = static_cast<double>(model.width);
  const auto depth = static_cast<double>(model.depth);
  const double steps = features / static_cast<double>(std::max<std::int64_t>(1, model.token));
  const double parameters = parameter_count(model, features, 1);
  const bool attends = model.kind == "transformer";
  return {.parameters = parameters,
          .products = steps * (parameters + (attends ? 2 * (depth - 2) * width * steps : 0)),
          .activations = steps * depth * width * (attends ? 10 : 1),
          .overhead = kLayerOverhead * depth * (attends ? 1 : steps)};
}

Work work_of(const ModelSpec& model, double features) {
  if (model.kind == "cnn") return work_of_cnn(model, features);
  if (model.kind == "rnn" || model.kind == "transformer") return work_of_steps(model, features);
  return work_of_mlp(model, features);
}

}  // namespace

std::int64_t planned_steps(const TrainSpec& train, std::int64_t samples) {
  if (train.steps > 0) return train.steps;
  constexpr std::int64_t kDefaultEpochs = 200;
  const std::int64_t batch = train.batch > 0 ? std::min(train.batch, samples) : samples;
  return (samples + batch - 1) / batch * (train.epochs > 0 ? train.epochs : kDefaultEpochs);
}

double estimated_work(const Spec& spec) {
  const double samples = spec.data.samples > 0 ? static_cast<double>(spec.data.samples) : 10000;
  const double batch = spec.train.batch > 0 ? std::min(samples, static_cast<double>(spec.train.batch)) : samples;
  const double epochs = spec.train.epochs > 0 ? static_cast<double>(spec.train.epochs) : 200;
  const double steps = spec.train.steps > 0 ? static_cast<double>(spec.train.steps) : epochs * samples / batch;
  const Work work = work_of(spec.model, static_cast<double>(spec.data.features));
  // Three products of two operations per weight and sample, what the gauges take of weights and activations, and what
  // a step and a run cost however small they are.
  return steps * (6 * work.products * batch + 20 * (work.parameters + 4 * work.activations * batch) + work.overhead) +
         5e7;
}

}  // namespace gradclinic
