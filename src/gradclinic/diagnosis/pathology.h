#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/finding.h"

namespace gradclinic {

/// A key of the spec set to a value, as `--set` does.
struct Change {
  std::string key;
  std::string value;
};

/// "train.lr = 0.001, train.warmup = 100".
std::string text_of(const std::vector<Change>& changes);

/// Where in the flow from data to loss a pathology sits. Of two causes that explain as much, the earlier one is named.
enum class Stage {
  data,            ///< inputs and targets
  model,           ///< wiring, initialization
  regularization,  ///< what holds learning back on purpose
  optimization,    ///< steps and their number
  signal,          ///< what happens to signals in a network as a consequence, or because of its depth
  outcome,         ///< how training ends
  benign           ///< looks like one of the others and is not
};

/// A catalogue entry of diagnosis/pathologies. Its id is its file's name, with dashes.
struct Pathology {
  std::string id;
  std::string summary;                   ///< one line: what it is
  std::string mechanism;                 ///< how it keeps a network from learning, for a beginner
  std::string reference;                 ///< papers
  std::vector<std::string> needs;        ///< recorded quantities without which it cannot be judged
  std::vector<std::string> fixes;        ///< ids of fixes, the likeliest first
  std::vector<std::string> look_alikes;  ///< ids of what it must be told apart from
  std::vector<std::string> leads_to;     ///< ids of what it brings about
  Stage stage = Stage::signal;
  /// Told only where a trial shows it, which is made where nothing else tells what the training ails of.
  bool last_resort = false;

  /// Looks for it in a record. The finding's confidence is how likely the evidence alone makes it that this is what
  /// ails a training that fails; severity, role and cause are the doctor's to fill in.
  std::optional<Finding> (*examine)(const Chart& chart) = nullptr;
  /// Changes that would remove it and little else, each to be tried by itself; empty where the spec cannot say it.
  std::vector<std::vector<Change>> (*without)(const Chart& chart) = nullptr;
  /// What the trainings tried make of a finding, whatever they were tried for: nothing where they refute it. None where
  /// they cannot.
  std::optional<Finding> (*after_trials)(const Chart& chart, Finding finding,
                                         const std::vector<const Course*>& tried) = nullptr;
};

namespace pathologies {
std::vector<Pathology> all();
}  // namespace pathologies

/// The pathology of that id; null when there is none.
const Pathology* find_pathology(const std::string& id);

/// Every pathology and benign look-alike, in the order of their stages.
const std::vector<Pathology>& all_pathologies();

}  // namespace gradclinic
