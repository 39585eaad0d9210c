// label_cases CASES [--jobs N] [--only PREFIX] [--runs FILE]: trains every case and its base on seeds 0 to 9, decides
// by the outcome alone whether its label holds, prints a table and writes CASES/labels.json. Exit 1: some do not.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "gradclinic/support/error.h"
#include "gradclinic/support/file.h"
#include "gradclinic/support/parallel.h"
#include "gradclinic/tensor/blas.h"
#include "labels/rule.h"
#include "labels/runs.h"

using namespace gradclinic;

namespace {

struct Options {
  std::string folder;
  std::string only;  // ids that start with it; then nothing is written
  std::string runs;
  int jobs = 1;
};

Options read_options(int argc, char** argv) {
  if (argc < 2 || argc % 2 != 0)
    throw BadInput("label_cases", "wrong arguments", "", "label_cases CASES [--jobs N] [--only PREFIX] [--runs FILE]");
  Options options{.folder = argv[1]};
  for (int i = 2; i < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--jobs")
      options.jobs = std::max(1, std::atoi(argv[i + 1]));
    else if (name == "--only")
      options.only = argv[i + 1];
    else if (name == "--runs")
      options.runs = argv[i + 1];
    else
      throw BadInput("label_cases", "unknown option", name, "allowed: --jobs, --only, --runs");
  }
  return options;
}

/// What the seeds say about one case.
struct Decision {
  const Case* labelled = nullptr;
  std::vector<Metrics> runs;
  int worse = 0;   // seeds on which it is clearly worse than its base; where overfitting is the cause, and overfits
  int learnt = 0;  // seeds on which it beats the best constant
  std::vector<Recipe> recipes;
  std::vector<int> beaten;  // per recipe: seeds on which the case is clearly worse than with it

  bool accepted() const {
    if (labelled->verdict == "sick") return worse >= kMostSeeds;
    if (!stands_alone(*labelled)) return worse <= kFewSeeds;
    return learnt >= kMostSeeds &&
           std::all_of(beaten.begin(), beaten.end(), [](int seeds) { return seeds < kMostSeeds; });
  }
};

Spec with_seed(Spec spec, int seed) {
  spec.seed = static_cast<std::uint64_t>(seed);
  return spec;
}

/// Ends as soon as the case cannot lose on kMostSeeds any more.
int seeds_beaten(const Decision& decision, const Spec& recipe, Runs& runs) {
  int beaten = 0;
  for (int seed = 0; seed < kSeeds && seed - beaten <= kSeeds - kMostSeeds; ++seed) {
    const Metrics other = runs.of(with_seed(recipe, seed), with_seed(decision.labelled->spec, seed));
    beaten += clearly_worse(decision.runs[static_cast<std::size_t>(seed)], other, false);
  }
  return beaten;
}

std::vector<Decision> decide(const std::vector<Case>& cases, Runs& runs, int jobs) {
  std::vector<Decision> decisions;
  for (const Case& labelled : cases) {
    decisions.push_back({.labelled = &labelled, .runs = std::vector<Metrics>(kSeeds)});
    if (labelled.verdict == "healthy" && stands_alone(labelled)) decisions.back().recipes = recipes(labelled.spec);
    decisions.back().beaten.resize(decisions.back().recipes.size());
  }
  in_parallel(cases.size() * kSeeds, jobs, [&](std::size_t item) {
    const Case& labelled = cases[item / kSeeds];
    const int seed = static_cast<int>(item % kSeeds);
    // A case that stands alone is scored on its own data.
    const bool own = labelled.verdict == "healthy" && stands_alone(labelled);
    const Spec& task = own ? labelled.spec : labelled.base_spec;
    decisions[item / kSeeds].runs[item % kSeeds] = runs.of(with_seed(labelled.spec, seed), with_seed(task, seed));
  });
  std::vector<std::pair<Decision*, std::size_t>> trials;
  for (Decision& decision : decisions) {
    const Case& labelled = *decision.labelled;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const Spec base = with_seed(labelled.base_spec, seed);
      const Metrics& run = decision.runs[static_cast<std::size_t>(seed)];
      const bool shown = labelled.cause != "overfitting" || overfits(run);
      decision.worse +=
          shown && clearly_worse(run, runs.of(base, base), other_labels(labelled.spec, labelled.base_spec));
      decision.learnt += learnt(run);
    }
    for (std::size_t i = 0; i < decision.recipes.size(); ++i) trials.emplace_back(&decision, i);
  }
  in_parallel(trials.size(), jobs, [&](std::size_t item) {
    const auto [decision, recipe] = trials[item];
    decision->beaten[recipe] = seeds_beaten(*decision, decision->recipes[recipe].spec, runs);
  });
  return decisions;
}

/// Median over the seeds; runs without the number come last.
double median(const Decision& decision, double Metrics::*number) {
  std::vector<double> values;
  for (const Metrics& run : decision.runs)
    values.push_back(std::isnan(run.*number) ? std::numeric_limits<double>::infinity() : run.*number);
  std::sort(values.begin(), values.end());
  return (values[kSeeds / 2 - 1] + values[kSeeds / 2]) / 2;
}

std::string number_text(double number) { return std::isfinite(number) ? fmt::format("{:.3g}", number) : "null"; }

std::string json_of(const Decision& decision) {
  const Case& labelled = *decision.labelled;
  const auto diverged =
      std::count_if(decision.runs.begin(), decision.runs.end(), [](const Metrics& run) { return run.diverged; });
  std::string text = fmt::format(
      R"( "{}": {{"verdict": "{}", "accepted": {}, "worse": {}, "learnt": {}, "diverged": {}, "training": {}, )"
      R"("held_out": {}, "best_held_out": {}, "accuracy": {})",
      labelled.id, labelled.verdict, decision.accepted(), decision.worse, decision.learnt, diverged,
      number_text(median(decision, &Metrics::training)), number_text(median(decision, &Metrics::held_out)),
      number_text(median(decision, &Metrics::best_held_out)), number_text(median(decision, &Metrics::accuracy)));
  for (std::size_t i = 0; i < decision.recipes.size(); ++i)
    text += fmt::format(R"({}"{}": {})", i == 0 ? ", \"beaten_by\": {" : ", ", decision.recipes[i].name,
                        decision.beaten[i]);
  if (!decision.recipes.empty()) text += "}";
  return text + fmt::format(R"(, "change": {}}})", nlohmann::json(changes_of(labelled)).dump());
}

void print(const Decision& decision) {
  const Case& labelled = *decision.labelled;
  std::string why;
  for (std::size_t i = 0; i < decision.recipes.size(); ++i)
    if (decision.beaten[i] >= kMostSeeds) why += fmt::format(" {} is better;", decision.recipes[i].name);
  fmt::print("{:<3} {:<42} {:<8} worse {:>2} learnt {:>2}  train {:>8} held {:>8} best {:>8} acc {:>6}{}\n",
             decision.accepted() ? "ok" : "NO", labelled.id, labelled.verdict, decision.worse, decision.learnt,
             number_text(median(decision, &Metrics::training)), number_text(median(decision, &Metrics::held_out)),
             number_text(median(decision, &Metrics::best_held_out)), number_text(median(decision, &Metrics::accuracy)),
             why);
}

int run(const Options& options) {
  std::vector<Case> cases = load_cases(options.folder);
  std::erase_if(cases, [&](const Case& labelled) { return !labelled.id.starts_with(options.only); });
  Runs runs(options.runs);
  const std::vector<Decision> decisions = decide(cases, runs, options.jobs);
  std::string json = "{\n";
  int refused = 0;
  for (const Decision& decision : decisions) {
    print(decision);
    json += json_of(decision) + (&decision == &decisions.back() ? "\n" : ",\n");
    refused += !decision.accepted();
  }
  fmt::print("{} cases, {} labels not accepted\n", decisions.size(), refused);
  if (options.only.empty()) write_file(options.folder + "/labels.json", json + "}\n");
  return refused == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  use_one_blas_thread();
  try {
    return run(read_options(argc, argv));
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.exit_code());
  }
}
