#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// A labelled network of the benchmark: a healthy base, or the base with keys changed. What the keys mean and how
/// labels are decided: cases/README.md.
struct Case {
  std::string id;                   ///< "<base>/<case>"; a base's own case is "<base>/base"
  std::string base;                 ///< the folder's name
  std::string verdict;              ///< "sick" or "healthy"
  std::string cause;                ///< sick only: a pathology's id
  std::vector<std::string> accept;  ///< sick only: other causes that are right as well
  std::string note;                 ///< what was changed, and why it is sick, or only looks so
  std::string look_alike;           ///< healthy only: what it may be mistaken for
  Spec base_spec;
  Spec spec;              ///< the base's with the changes, named by the id
  bool held_out = false;  ///< every second base, in alphabetical order: not for tuning
};

/// Reads the cases in the folders of `folder`, sorted by id: every folder with a base.toml (a spec named like its
/// folder, and a healthy case) and beside it one file a case. Folders without .toml files hold something else.
/// Throws BadInput with file, line, key and value: an unknown key or verdict, sick without a cause, healthy with one,
/// a change of no or an unknown key, or one that makes an impossible spec; and when there are no cases.
std::vector<Case> load_cases(const std::string& folder);

/// The keys of a case's spec, other than its name, that differ from its base's (a base's: from the defaults), with
/// their values: what a stored label was decided for.
std::map<std::string, std::string> changes_of(const Case& labelled);

}  // namespace gradclinic
