#include "gradclinic/record/run.h"

#include <fmt/chrono.h>

#include "gradclinic/data/dataset.h"
#include "gradclinic/instruments/watch.h"
#include "gradclinic/record/versions.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/machine.h"
#include "gradclinic/train/train.h"

namespace gradclinic {

Outcome run(const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop) {
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  return run(spec, data, generator, recorder, stop);
}

Outcome run(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
            const std::atomic<bool>* stop) {
  recorder.begin(describe_run(spec));
  Watch watch(recorder);
  Outcome outcome = train(spec, data, generator, &watch, nullptr, stop);
  recorder.finish(outcome);
  return outcome;
}

Record describe_run(const Spec& spec) {
  Record header;
  header.name = spec.name;
  header.seed = spec.seed;
  header.spec = to_toml(spec);
  static const std::map<std::string, std::string> machine = describe_machine();
  static const std::map<std::string, std::string> versions = describe_versions();
  header.machine = machine;
  header.versions = versions;
  header.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  return header;
}

}  // namespace gradclinic
