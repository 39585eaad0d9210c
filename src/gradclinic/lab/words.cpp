#include "gradclinic/lab/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

bool is_number(const std::string& label) {
  return !label.empty() &&
         (std::isdigit(static_cast<unsigned char>(label.front())) != 0 || label.front() == '-' || label.front() == '.');
}

bool says_little(const std::string& label) {
  static const std::vector<std::string> words{"true", "false", "none", "on", "off", "yes", "no"};
  return std::find(words.begin(), words.end(), label) != words.end();
}

/// Whether a label is only clear with its factor's name. Of a spec's key all values have it or none.
bool needs_name(const Experiment& experiment, const std::string& factor, const std::string& label) {
  if (is_number(label) || says_little(label)) return true;
  for (const Factor& candidate : experiment.factors) {
    if (candidate.name != factor) continue;
    const bool is_key = factor.find('.') != std::string::npos;
    return std::any_of(candidate.values.begin(), candidate.values.end(), [&](const FactorValue& value) {
      return is_number(value.label) || (is_key && says_little(value.label));
    });
  }
  return false;
}

}  // namespace

std::string factor_name_text(const std::string& factor) {
  std::string name = factor.substr(factor.rfind('.') + 1);
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string selection_text(const Experiment& experiment, const Selection& selection) {
  std::vector<std::string> words;
  for (const Factor& factor : experiment.factors) {
    const auto named = selection.find(factor.name);
    if (named == selection.end()) continue;
    std::vector<std::string> labels;
    for (const std::string& label : named->second) labels.push_back(label_text(experiment, factor.name, label));
    words.push_back(join(labels, " or "));
  }
  return words.empty() ? "all" : join_words(words);
}

std::string join_words(const std::vector<std::string>& words) {
  const bool has_commas = std::any_of(words.begin(), words.end(),
                                      [](const std::string& word) { return word.find(',') != std::string::npos; });
  return join(words, has_commas ? "; " : ", ");
}

std::string label_text(const Experiment& experiment, const std::string& factor, const std::string& label) {
  return needs_name(experiment, factor, label) ? factor_name_text(factor) + " " + label : label;
}

std::string number_in_words(double value) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0 ? "infinite" : "minus infinite";
  return number_text(value);
}

std::string seeds_in_words(long count, long all) { return fmt::format("{} of {} seeds", count, all); }

}  // namespace gradclinic
