#include "gradclinic/fixes/examination.h"

#include <algorithm>
#include <chrono>

#include "gradclinic/record/run.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/parallel.h"
#include "gradclinic/train/train.h"

namespace gradclinic {
namespace {

constexpr int kLeastRepeats = 3;
constexpr int kMostRepeats = 30;
constexpr auto kEnoughTime = std::chrono::milliseconds(80);

double confidence(const std::map<std::string, double>& confidences, const std::string& pathology) {
  const auto found = confidences.find(pathology);
  return found == confidences.end() ? 0 : found->second;
}

void compare(TriedFix& tried, const std::map<std::string, double>& before, const std::map<std::string, double>& after,
             const Diagnosis& diagnosis) {
  if (const Finding* cause = diagnosis.cause())
    tried.mechanism =
        RuleChange{cause->pathology, confidence(before, cause->pathology), confidence(after, cause->pathology)};
  for (const auto& [pathology, value] : after)
    if (value >= kTold && confidence(before, pathology) < kTold)
      tried.side_effects.push_back({pathology, confidence(before, pathology), value});
}

/// Seconds per step of a run of a few steps; 0 when there was none.
double step_seconds(const Spec& spec, const Split& data, Generator generator) {
  MemoryRecorder nothing;
  const bool own = spec.model.kind == "mlp";
  const Outcome outcome = own ? train(spec, data, generator) : run(spec, data, generator, nothing);
  return outcome.steps > 0 ? outcome.seconds / static_cast<double>(outcome.steps) : 0;
}

Record watched(const Spec& spec, const std::atomic<bool>* stop) {
  MemoryRecorder recorder;
  run(spec, recorder, stop);
  return recorder.take();
}

Spec of_few_steps(Spec spec) {
  constexpr std::int64_t kSteps = 15;
  spec.train.epochs = 0;
  spec.train.steps = kSteps;
  spec.watch = {.every = 0, .surveys = 0};
  return spec;
}

}  // namespace

std::map<std::string, double> rule_confidences(const Record& record) {
  const Chart chart(record);
  std::map<std::string, double> confidences;
  for (const Pathology& pathology : all_pathologies()) {
    const bool known = std::ranges::all_of(pathology.needs, [&](const std::string& need) { return chart.has(need); });
    if (pathology.stage == Stage::benign || !known) continue;
    if (const std::optional<Finding> finding = pathology.examine(chart))
      confidences[pathology.id] = finding->confidence;
  }
  return confidences;
}

void watch_again(const std::vector<TriedFix*>& tried, const Record& untreated, const Diagnosis& diagnosis,
                 const ExaminationOptions& options) {
  const std::map<std::string, double> before = rule_confidences(untreated);
  const auto stopped = [&] { return options.stop && options.stop->load(); };
  in_parallel(tried.size(), options.watch ? 1 : options.threads, [&](std::size_t i) {
    if (stopped()) return;
    try {
      const Record record =
          options.watch ? options.watch(tried[i]->candidate.changes) : watched(tried[i]->fixed, options.stop);
      if (!stopped()) compare(*tried[i], before, rule_confidences(record), diagnosis);
    } catch (const Error&) {
      // It could not be run: nothing was seen.
    }
  });
}

double relative_step_time(const Spec& spec, const Spec& other) {
  const Spec one = of_few_steps(spec);
  const Spec two = of_few_steps(other);
  try {
    Generator one_generator(one.seed);
    Generator two_generator(two.seed);
    const Split one_data = load_data(one, one_generator);
    const Split two_data = load_data(two, two_generator);
    double one_seconds = 0;
    double two_seconds = 0;
    const auto begin = std::chrono::steady_clock::now();
    // The least of many: other programs only ever add time.
    for (int repeat = 0; repeat < kMostRepeats; ++repeat) {
      if (repeat >= kLeastRepeats && std::chrono::steady_clock::now() - begin > kEnoughTime) break;
      const double first = step_seconds(one, one_data, one_generator);
      const double second = step_seconds(two, two_data, two_generator);
      one_seconds = repeat == 0 ? first : std::min(one_seconds, first);
      two_seconds = repeat == 0 ? second : std::min(two_seconds, second);
    }
    return two_seconds > 0 ? one_seconds / two_seconds : 0;
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace gradclinic
