#pragma once

#include <optional>
#include <string>

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// What is wrong with a combination of keys: the key to look at, and the parts of the error's sentence.
struct Mistake {
  std::string key;
  std::string because;  ///< the key that asks for it, to find a line when the first is not written
  std::string what;
  std::string got;
  std::string advice;
};

/// Whether the set makes as many features as data.features says, as the synthetic ones do; those read from files have
/// their own.
bool makes_features(const DataSpec& data);

/// The first impossible combination of a spec whose single values are all allowed.
std::optional<Mistake> find_mistake(const Spec& spec);

}  // namespace gradclinic
