#include "gradclinic/fixes/trial.h"

#include <algorithm>

#include "gradclinic/fixes/examination.h"
#include "gradclinic/fixes/halving.h"
#include "gradclinic/fixes/random_changes.h"
#include "gradclinic/fixes/steps.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

constexpr int kFirstSeeds = 2;
constexpr std::size_t kLeastSuggested = 5;
constexpr std::size_t kPairedOfBest = 4;
constexpr std::size_t kMostExamined = 6;
constexpr double kNearlyEqual = 0.25;  // of what is clearly worse
constexpr std::uint64_t kRandomStream = 7'000'003;

class Trials {
 public:
  Trials(const Spec& spec, const Record& record, const Diagnosis& diagnosis, const TrialOptions& options)
      : spec_(spec),
        options_(options),
        diagnosis_(diagnosis),
        chart_(record),
        counterfactuals_{
            .threads = options.threads, .work = options.work, .stop = options.stop, .memory = options.memory},
        pilot_(chart_, with_trainer(counterfactuals_, options)) {
    report_.seeds = options.seeds;
  }

  TrialReport run(const Record& record) {
    carry_out_stages(record);
    report_.interrupted = stopped();
    return std::move(report_);
  }

 private:
  static CounterfactualOptions& with_trainer(CounterfactualOptions& counterfactuals, const TrialOptions& options) {
    if (options.outside) counterfactuals.train = options.outside->train;
    return counterfactuals;
  }

  FixContext context() {
    FixContext context{.spec = spec_, .chart = chart_, .pilot = pilot_};
    context.removal = removal_by_hand(diagnosis_, chart_);
    if (options_.outside) context.follows = options_.outside->follows;
    return context;
  }

  bool stopped() const { return options_.stop && options_.stop->load(); }

  void carry_out_stages(const Record& record) {
    expect(static_cast<std::size_t>(options_.seeds) * (options_.most_singles + 1));
    std::vector<TriedFix> untreated(1);
    untreated[0].fixed = spec_;
    if (!train(untreated, {0}, 0, options_.seeds)) return;
    report_.untreated = untreated[0].courses;
    report_.measure = measure_for(report_.untreated.front(), diagnosis_);
    report_.outcome = median_value(report_.measure, report_.untreated);
    report_.work = 0;  // both sides are held against the same untreated runs
    try_suggested();
    try_random();
    std::erase_if(report_.tried, [](const TriedFix& tried) { return tried.courses.empty(); });
    std::erase_if(report_.random, [](const TriedFix& tried) { return tried.courses.empty(); });
    judge(report_.tried);
    judge(report_.random);
    choose();
    if (options_.examine && !stopped()) examine(record);
  }

  /// Singles on the first seeds, pairs of the best of them likewise, then all by halves.
  void try_suggested() {
    std::vector<Candidate> singles =
        single_candidates(suggested_fixes(diagnosis_, kLeastSuggested), context(), options_.most_singles);
    for (Candidate& single : singles) add(std::move(single), report_.tried);
    note_untried();
    const int first = std::min(kFirstSeeds, options_.seeds);
    Contest contest = contest_of(report_.tried);
    if (stopped() || report_.tried.empty() || !contest.attempt(everyone(contest), 0, first)) return;
    std::vector<Candidate> best;
    for (const std::size_t one : by_median(contest, everyone(contest), first))
      if (best.size() < kPairedOfBest) best.push_back(report_.tried[one].candidate);
    for (Candidate& pair : paired_candidates(best, context(), options_.most_pairs)) add(std::move(pair), report_.tried);
    const std::size_t count = report_.tried.size();
    std::vector<std::size_t> pairs;
    for (std::size_t one = contest.contenders; one < count; ++one) pairs.push_back(one);
    if (!pairs.empty() && !contest.attempt(pairs, 0, first)) return;
    contest.contenders = count;
    finish(contest, first, report_.tried);
    report_.work += pilot_.work();
  }

  void note_untried() {
    if (!diagnosis_.cause()) return;
    for (const std::string& id : diagnosis_.cause()->fixes) {
      const bool tried =
          std::ranges::any_of(report_.tried, [&](const TriedFix& one) { return one.candidate.fixes.front() == id; });
      const Fix* fix = find_fix(id);
      if (!tried && fix && fix->apply) report_.untried.push_back(id);
    }
  }

  /// As many random changes on the first seeds as the work spent on the fixes allows, then their best on all seeds.
  void try_random() {
    if (stopped() || report_.tried.empty()) return;
    const std::size_t finalists = std::max<std::size_t>(1, finalists_of(report_.tried));
    const double one = work_of(spec_);
    const int first = std::min(kFirstSeeds, options_.seeds);
    const double reserved = static_cast<double>(finalists) * (options_.seeds - first) * one;
    double screening = std::max(static_cast<double>(report_.tried.size()) * first * one, report_.work - reserved);
    for (const std::vector<Change>& changes : random_changes(context(), 1000, spec_.seed + kRandomStream)) {
      if (screening <= 0) break;
      add({{}, changes}, report_.random);
      screening -= first * work_of(report_.random.back().fixed);
    }
    expect(report_.random.size() * static_cast<std::size_t>(first) +
           finalists * static_cast<std::size_t>(options_.seeds - first));
    const double before = report_.work;
    Contest contest = contest_of(report_.random);
    contest.most_finalists = finalists;
    finish(contest, 0, report_.random);
    report_.random_work = report_.work - before;
    report_.work = before;
  }

  void add(Candidate candidate, std::vector<TriedFix>& into) {
    into.push_back({.candidate = std::move(candidate), .fixed = spec_});
    into.back().fixed = with_known(spec_, into.back().candidate.changes);
    into.back().length = static_cast<double>(planned_steps(into.back().fixed, chart_)) /
                         static_cast<double>(planned_steps(spec_, chart_));
  }

  static std::vector<std::size_t> everyone(const Contest& contest) {
    std::vector<std::size_t> who(contest.contenders);
    for (std::size_t one = 0; one < who.size(); ++one) who[one] = one;
    return who;
  }

  Contest contest_of(std::vector<TriedFix>& tried) {
    Contest contest{.contenders = tried.size(), .seeds = options_.seeds, .first_seeds = kFirstSeeds};
    contest.attempt = [this, &tried](const std::vector<std::size_t>& who, int from, int to) {
      return train(tried, who, from, to);
    };
    contest.badness = [this, &tried](std::size_t who, int seed) {
      return badness(report_.measure, tried[who].courses[static_cast<std::size_t>(seed)]);
    };
    contest.clearly_worse = [this, &tried](std::size_t who, std::size_t other, int seed) {
      const auto at = static_cast<std::size_t>(seed);
      return gap(report_.measure, tried[who].courses[at], tried[other].courses[at]) >= 1;
    };
    return contest;
  }

  /// Orders the tried: those on all seeds first, by their outcome, then those dropped, by theirs.
  void finish(const Contest& contest, int seeds_done, std::vector<TriedFix>& tried) {
    halve(contest, seeds_done);
    std::ranges::stable_sort(tried, [this](const TriedFix& one, const TriedFix& other) {
      if (one.courses.size() != other.courses.size()) return one.courses.size() > other.courses.size();
      const double mine = median_value(report_.measure, one.courses);
      const double others = median_value(report_.measure, other.courses);
      return report_.measure == OutcomeMeasure::held_out_accuracy ? mine > others : mine < others;
    });
  }

  std::size_t finalists_of(const std::vector<TriedFix>& tried) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        tried, [this](const TriedFix& one) { return one.courses.size() == static_cast<std::size_t>(options_.seeds); }));
  }

  double work_of(const Spec& spec) const {
    Spec sized = spec;
    sized.data.samples = static_cast<std::int64_t>(std::max(1.0, chart_.fact("samples")));
    sized.data.features = static_cast<std::int64_t>(std::max(1.0, chart_.fact("features")));
    return std::min(options_.work, estimated_work(sized));
  }

  /// Trains `who` on the seeds [from, to), a seed at a time so that its data are loaded once.
  bool train(std::vector<TriedFix>& tried, const std::vector<std::size_t>& who, int from, int to) {
    for (int seed = from; seed < to; ++seed) {
      std::vector<std::vector<Change>> changes;
      for (const std::size_t one : who) {
        changes.push_back(tried[one].candidate.changes);
        changes.back().push_back({"seed", std::to_string(spec_.seed + static_cast<std::uint64_t>(seed))});
        report_.work += work_of(tried[one].fixed);
      }
      std::vector<Counterfactual> results = carry_out(spec_, changes, counterfactuals_);
      if (stopped()) return false;  // the last ones were cut short
      for (std::size_t i = 0; i < who.size(); ++i) tried[who[i]].courses.push_back(std::move(results[i].course));
      done_ += who.size();
      if (options_.on_progress) options_.on_progress(done_, std::max(done_, expected_));
    }
    return true;
  }

  void expect(std::size_t trainings) { expected_ = std::max(expected_, done_ + trainings); }

  void judge(std::vector<TriedFix>& tried) const {
    std::vector<double> p_values;
    for (TriedFix& one : tried) {
      one.found = assess(report_.measure, one.courses, report_.untreated);
      p_values.push_back(one.found.p);
    }
    const std::vector<double> holm = holm_adjusted(p_values);
    for (std::size_t i = 0; i < tried.size(); ++i) {
      tried[i].holm = holm[i];
      tried[i].proven = is_proven(tried[i].found.gain, holm[i]);
    }
  }

  void choose() {
    const std::vector<TriedFix>& tried = report_.tried;
    for (std::size_t i = 0; i < tried.size(); ++i) {
      if (!tried[i].proven) continue;
      const bool smaller = report_.proven &&
                           tried[i].candidate.fixes.size() < tried[*report_.proven].candidate.fixes.size() &&
                           median_gap(tried[i], tried[*report_.proven]) < kNearlyEqual;
      if (!report_.proven || smaller) report_.proven = i;
    }
  }

  double median_gap(const TriedFix& one, const TriedFix& other) const {
    std::vector<double> gaps;
    for (std::size_t seed = 0; seed < one.courses.size(); ++seed)
      gaps.push_back(gap(report_.measure, one.courses[seed], other.courses[seed]));
    return median(gaps);
  }

  void examine(const Record& record) {
    std::vector<TriedFix*> watched;
    for (std::size_t i = 0; i < std::min(kMostExamined, finalists_of(report_.tried)); ++i)
      watched.push_back(&report_.tried[i]);
    if (!report_.random.empty()) watched.push_back(&report_.random.front());
    ExaminationOptions examination{.threads = options_.threads, .stop = options_.stop};
    if (options_.outside) examination.watch = options_.outside->watch;
    watch_again(watched, record, diagnosis_, examination);
    for (TriedFix* tried : watched)
      if (!stopped() && !options_.outside) tried->cost_per_step = relative_step_time(tried->fixed, spec_);
  }

  const Spec& spec_;
  const TrialOptions& options_;
  const Diagnosis& diagnosis_;
  Chart chart_;
  CounterfactualOptions counterfactuals_;
  Pilot pilot_;
  TrialReport report_;
  std::size_t done_ = 0;
  std::size_t expected_ = 0;
};

}  // namespace

bool TriedFix::gone() const { return mechanism && mechanism->after < kTold; }

TrialReport try_fixes(const Spec& spec, const Record& record, const Diagnosis& diagnosis, const TrialOptions& options) {
  if (diagnosis.verdict == Health::healthy && !options.anyway) return {};
  return Trials(spec, record, diagnosis, options).run(record);
}

}  // namespace gradclinic
