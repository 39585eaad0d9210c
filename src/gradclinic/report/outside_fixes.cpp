#include "gradclinic/report/outside_fixes.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "gradclinic/report/fix_text.h"
#include "gradclinic/spec/toml.h"

namespace gradclinic {
namespace {

std::vector<Change> changes_between(const Spec& from, Spec to) {
  to.watch = from.watch;  // changes nothing of the training
  std::vector<Change> changes;
  for (const auto& [key, value] : keys_that_differ(to, from)) changes.push_back({key, value});
  return changes;
}

/// What a spec with changes differs in from another, and those changes that no spec can say.
std::vector<Change> changes_between(const Spec& from, const Spec& to, const std::vector<Change>& more) {
  std::vector<Change> changes = changes_between(from, with_known(to, more));
  std::ranges::copy_if(more, std::back_inserter(changes), [](const Change& change) { return !is_key(change.key); });
  return changes;
}

OutsideTrainer trainer_of(const OutsideTreatment& treatment, const Spec& base, const Course& own) {
  return {.follows = [&](const Spec& changed) { return treatment.follows(changes_between(base, changed)); },
          .train = [&](const Spec& spec, const std::vector<Change>& changes) -> Counterfactual {
            const std::optional<Record> trained = treatment.train(changes_between(base, spec, changes));
            return trained ? Counterfactual{read_course(*trained, &own), trained->outcome.steps} : Counterfactual{};
          },
          .watch =
              [&](const std::vector<Change>& changes) {
                std::optional<Record> watched = treatment.watch(changes_between(base, base, changes));
                if (!watched) throw RunFailed("a fix", "the training could not be watched with it");
                return *std::move(watched);
              }};
}

}  // namespace

Record followed_by(const Record& first, const Record& second) {
  Record both = second;
  for (const char* name : {"survey", "validation"}) {
    const auto before = first.tables.find(name);
    const auto after = both.tables.find(name);
    if (before == first.tables.end() || after == both.tables.end() || before->second.columns != after->second.columns)
      continue;
    Table joined = before->second;
    for (const std::int64_t step : after->second.steps) joined.steps.push_back(first.outcome.steps + step);
    joined.values.insert(joined.values.end(), after->second.values.begin(), after->second.values.end());
    after->second = std::move(joined);
  }
  both.outcome.steps += first.outcome.steps;
  return both;
}

TriedOutside::TriedOutside(const Examined& examined, const OutsideTreatment& treatment, TrialOptions options)
    : spec(parse_spec(examined.record.spec, "the record's spec")), diagnosis(examined.diagnosis) {
  const Course own = read_course(examined.record);
  options.outside = trainer_of(treatment, spec, own);
  report = try_fixes(spec, examined.record, diagnosis, options);
}

std::string TriedOutside::text() const { return fix_text(spec, diagnosis, report); }

std::string TriedOutside::json() const { return fix_json(spec, diagnosis, report).dump(2); }

}  // namespace gradclinic
