#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// A selection in words, in the order of the experiment's factors, with "or" between the values of one: "relu, depth 20
/// or depth 50"; "all" when it names nothing.
std::string selection_text(const Experiment& experiment, const Selection& selection);

/// Words for several factors as one: with commas, or semicolons where the words have commas.
std::string join_words(const std::vector<std::string>& words);

/// "layer norm" for "model.layer_norm".
std::string factor_name_text(const std::string& factor);

/// A factor's value in words: "relu", but "depth 20", "residual true", "norm batch" where labels say too little:
/// numbers, or beside a "none" or "true".
std::string label_text(const Experiment& experiment, const std::string& factor, const std::string& label);

/// A number in a sentence: as number_text, but "infinite" and "not a number" in words.
std::string number_in_words(double value);

/// "7 of 20 seeds".
std::string seeds_in_words(long count, long all);

}  // namespace gradclinic
