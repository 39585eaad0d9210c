#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/experiment.h"

namespace gradclinic {

/// A setting in words: "relu, depth 20"; "all" when it names nothing.
std::string setting_text(const Selection& setting);

/// "layer norm" for "model.layer_norm".
std::string factor_name_text(const std::string& factor);

/// A factor's value in words: "relu", but "depth 20", "residual true", "norm none" where the label says too little.
std::string label_text(const std::string& factor, const std::string& label);

/// A number in a sentence, to three digits: "0.532", "8.6e-9", "infinite", "not a number".
std::string number_in_words(double value);

/// "7 of 20 seeds".
std::string seeds_in_words(long count, long all);

/// The setting of an experiment in one paragraph: data, network, training, what varies, how many seeds.
std::string setup_text(const Experiment& experiment, std::size_t cells, std::size_t seeds);

}  // namespace gradclinic
