#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradclinic/instruments/watch.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/train/train.h"

namespace gradclinic {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// A small training that learns its task in milliseconds, with keys set to other values.
inline Spec patient(const Settings& settings) {
  Spec spec;
  spec.data = {.set = "teacher", .samples = 200, .features = 5, .noise = 0.05};
  spec.model = {.depth = 3, .width = 16, .activation = "tanh", .init = "xavier_uniform"};
  spec.train.lr = 0.1;
  spec.train.steps = 150;
  for (const auto& [key, value] : settings) set_key(spec, key, value);
  validate(spec, "a patient");
  return spec;
}

/// Trains under every gauge of the spec's schedule.
inline Record record_of(const Spec& spec) {
  MemoryRecorder recorder;
  Record header;
  header.name = spec.name;
  header.seed = spec.seed;
  header.spec = to_toml(spec);
  recorder.begin(header);
  Watch watch(recorder);
  recorder.finish(train(spec, &watch));
  return recorder.take();
}

}  // namespace gradclinic
