#include "gradclinic/record/run.h"

#include <fmt/chrono.h>

#include <map>

#include "gradclinic/data/dataset.h"
#include "gradclinic/instruments/watch.h"
#include "gradclinic/record/versions.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/machine.h"
#include "gradclinic/train/train.h"

namespace gradclinic {
namespace {

std::map<std::string, Engine>& engines() {
  static std::map<std::string, Engine> by_kind;
  return by_kind;
}

const Engine& engine_of(const std::string& kind) {
  const auto engine = engines().find(kind);
  if (engine != engines().end()) return engine->second;
  if (kind == "outside")
    throw BadInput("model.kind", "a network that gradclinic did not build cannot be trained from a spec", kind,
                   "train it where it was built, under watch");
  throw BadInput("model.kind", "networks of this kind are trained by LibTorch, which this program is without", kind,
                 "install libtorch-dev and build again: gradclinic then goes on as gradclinic-torch");
}

}  // namespace

void add_engine(const std::string& kind, Engine engine) { engines()[kind] = std::move(engine); }

bool can_train(const std::string& kind) { return kind == "mlp" || engines().contains(kind); }

Outcome run(const Spec& spec, Recorder& recorder, const std::atomic<bool>* stop) {
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  return run(spec, data, generator, recorder, stop);
}

Outcome run(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
            const std::atomic<bool>* stop) {
  if (spec.model.kind != "mlp") return engine_of(spec.model.kind)(spec, data, generator, recorder, stop);
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
