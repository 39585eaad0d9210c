// How long a diagnosis from the record alone takes: a run of 1,000 steps and 20 layers under every cheap gauge.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/instruments/watch.h"
#include "gradclinic/record/recorder.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/train/train.h"

int main() {
  using namespace gradclinic;
  constexpr int kTimes = 21;
  Spec spec;
  spec.data = {.set = "teacher", .samples = 64, .features = 10, .validation = 0.25};
  spec.model = {.depth = 20, .width = 16, .init = "he_normal"};
  spec.train.lr = 1e-3;
  spec.train.steps = 1000;
  MemoryRecorder recorder;
  Record header;
  header.spec = to_toml(spec);
  recorder.begin(header);
  Watch watch(recorder);
  recorder.finish(train(spec, &watch));
  std::vector<double> milliseconds;
  for (int i = 0; i < kTimes; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const Diagnosis diagnosis = diagnose(recorder.record(), {.probe = false});
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (diagnosis.verdict == Health::undecided) return 1;
    milliseconds.push_back(took.count());
  }
  std::ranges::sort(milliseconds);
  fmt::print("diagnosis of 1,000 steps x 20 layers: median {:.2f} ms, slowest of {} {:.2f} ms\n",
             milliseconds[kTimes / 2], kTimes, milliseconds.back());
}
