#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/fixes/midway.h"
#include "gradclinic/fixes/pilot.h"
#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// What a fix is made from: the spec to change, what was seen of the untreated run, and short trainings.
struct FixContext {
  const Spec& spec;
  const Chart& chart;  ///< of the untreated run; its spec may lack changes that `spec` has already
  Pilot& pilot;
  /// Whether whoever trains the network can follow a spec; null where all can be.
  std::function<bool(const Spec& changed)> follows = {};
  /// What rids the training of its cause where the diagnosis says what to do by hand; see removal_by_hand.
  std::vector<Change> removal = {};
};

/// A catalogue entry of fixes/remedies. Its id is its file's name, with dashes.
struct Fix {
  std::string id;
  std::string summary;    ///< one line: what is changed
  std::string mechanism;  ///< why it helps, for a beginner
  std::string reference;  ///< papers
  /// The keys to set; nothing where the spec is so already or cannot be so. Null: no key says it.
  std::optional<std::vector<Change>> (*apply)(const FixContext& context) = nullptr;
  /// The same as PyTorch code, a line each, for a spec that `apply` has changed already. Null: the diagnosis says it.
  std::vector<std::string> (*pytorch)(const Spec& fixed) = nullptr;
  /// What it does to a run from some step on. Null: it needs a training from the start.
  MidwayChange (*midway)(const FixContext& context) = nullptr;

  bool keeps_weights() const { return midway != nullptr; }
};

namespace remedies {
std::vector<Fix> all();
}  // namespace remedies

/// The fix of that id; null when there is none.
const Fix* find_fix(const std::string& id);

/// Every fix, by id.
const std::vector<Fix>& all_fixes();

}  // namespace gradclinic
