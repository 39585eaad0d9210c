#pragma once

#include <vector>

#include "gradclinic/fixes/fix.h"

namespace gradclinic {

/// A key that random changes draw from, and values it may get.
struct RandomKey {
  std::string key;
  std::vector<std::string> values;
};

/// The keys and values that the baseline draws from, for one spec: every choice of activation, initializer, norm,
/// residual, optimizer and schedule; widths, depths, dropout, decay, momentum, batches, clipping, warm-up, lengths and
/// rates from a hundredth to a hundred times the spec's; standardizing. Values that the spec has are left out.
std::vector<RandomKey> random_keys(const FixContext& context);

/// So many different single changes of a spec, each a key drawn evenly and one of its values drawn evenly; fewer where
/// there are no more. Each makes a valid spec. A seed gives the same ones everywhere.
std::vector<std::vector<Change>> random_changes(const FixContext& context, std::size_t count, std::uint64_t seed);

}  // namespace gradclinic
