#include "gradclinic/logs/tags.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

namespace gradclinic {
namespace {

using Words = std::set<std::string_view>;

const Words kTraining = {"train", "training", "tr"};
const Words kHeldOut = {"val",      "valid", "validation", "eval", "evaluation",
                        "evaluate", "test",  "testing",    "dev",  "heldout"};
const Words kLoss = {"loss", "losses"};
const Words kAccuracy = {"accuracy", "acc", "accuracies", "top1"};
const Words kRate = {"lr", "learningrate"};
const Words kGradient = {"grad", "grads", "gradient", "gradients"};
const Words kNorm = {"norm", "norms", "l2"};
const Words kGradientNorm = {"gradnorm", "gradnorms"};
/// Words that say when, how or by whom a number was logged, not what it is.
const Words kFiller = {"epoch",    "epochs", "step",    "steps",  "iter",    "iteration", "iterations",
                       "batch",    "per",    "avg",     "mean",   "average", "running",   "smooth",
                       "smoothed", "total",  "overall", "global", "metric",  "metrics",   "scalar",
                       "scalars",  "log",    "logs",    "all",    "model",   "vs",        "by"};
const Words kAccuracyFiller = {"categorical", "sparse", "binary", "top", "1", "score"};
const Words kNormFiller = {"before", "after", "clip", "clipping", "clipped", "unclipped", "preclip"};

/// What the tag of a gradient norm says beside the layer's name.
const std::array kNormWords = {&kGradient, &kNorm, &kGradientNorm, &kTraining, &kFiller, &kNormFiller};

struct Word {
  std::string text;  ///< in small letters
  std::size_t begin, end;
};

/// Runs of letters and digits; a capital after a small letter starts a new word.
std::vector<Word> split(const std::string& text) {
  std::vector<Word> words;
  bool inside = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto letter = static_cast<unsigned char>(text[at]);
    const bool belongs = std::isalnum(letter) != 0 || letter >= 0x80;
    const bool hump = at > 0 && std::isupper(letter) && std::islower(static_cast<unsigned char>(text[at - 1]));
    if (belongs && (!inside || hump)) words.push_back({"", at, at});
    if (belongs) {
      words.back().text += static_cast<char>(std::tolower(letter));
      words.back().end = at + 1;
    }
    inside = belongs;
  }
  return words;
}

bool has(const std::vector<Word>& words, const Words& wanted) {
  return std::ranges::any_of(words, [&](const Word& word) { return wanted.contains(word.text); });
}

bool has_pair(const std::vector<Word>& words, std::string_view first, std::string_view second) {
  return std::ranges::adjacent_find(words, [&](const Word& one, const Word& next) {
           return one.text == first && next.text == second;
         }) != words.end();
}

/// Whether every word is in one of the sets.
bool only(const std::vector<Word>& words, std::initializer_list<const Words*> sets) {
  return std::ranges::all_of(words, [&](const Word& word) {
    return std::ranges::any_of(sets, [&](const Words* set) { return set->contains(word.text); });
  });
}

/// A number in the middle of a norm's name: "grad_2.0_norm".
bool is_order(const std::vector<Word>& words, std::size_t place) {
  if (words[place].text != "2" && words[place].text != "0") return false;
  const auto near = [&](std::ptrdiff_t step, const Words& wanted) {
    for (auto at = static_cast<std::ptrdiff_t>(place) + step; at >= 0 && at < std::ssize(words); at += step) {
      const std::string& word = words[static_cast<std::size_t>(at)].text;
      if (word != "2" && word != "0") return wanted.contains(word);
    }
    return false;
  };
  return near(-1, kGradient) && near(1, kNorm);
}

/// The layer's name is what stands between the first and the last word that do not belong to "gradient norm".
TagMeaning gradient_norm(const std::string& tag, const std::vector<Word>& words) {
  std::size_t begin = tag.size(), end = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool said = is_order(words, i) ||
                      std::ranges::any_of(kNormWords, [&](const Words* set) { return set->contains(words[i].text); });
    if (said) continue;
    begin = std::min(begin, words[i].begin);
    end = words[i].end;
  }
  if (end == 0) return {LoggedAs::gradient_norm, ""};
  return {LoggedAs::layer_gradient_norm, tag.substr(begin, end - begin)};
}

}  // namespace

TagMeaning meaning_of(const std::string& tag, const std::string& folder) {
  const std::vector<Word> words = split(tag);
  if (has(words, kGradientNorm) || (has(words, kGradient) && has(words, kNorm))) return gradient_norm(tag, words);
  if (has(words, kRate) || has_pair(words, "learning", "rate")) return {LoggedAs::learning_rate, ""};
  const std::vector<Word> around = split(folder);
  const bool held_out = has(words, kHeldOut) || (!has(words, kTraining) && has(around, kHeldOut));
  if (has(words, kLoss) && only(words, {&kLoss, &kTraining, &kHeldOut, &kFiller}))
    return {held_out ? LoggedAs::validation_loss : LoggedAs::training_loss, ""};
  if (has(words, kAccuracy) && only(words, {&kAccuracy, &kTraining, &kHeldOut, &kFiller, &kAccuracyFiller}))
    return {held_out ? LoggedAs::validation_accuracy : LoggedAs::training_accuracy, ""};
  return {};
}

std::string run_of(const std::string& folder) {
  std::string run;
  for (const Word& word : split(folder)) {
    const bool said = std::ranges::any_of(std::array{&kTraining, &kHeldOut, &kLoss, &kAccuracy, &kRate, &kFiller},
                                          [&](const Words* set) { return set->contains(word.text); });
    if (!said) run += (run.empty() ? "" : " ") + word.text;
  }
  return run;
}

std::string layer_of(const std::string& parameter) {
  const std::size_t separator = parameter.find_last_of("./");
  if (separator == std::string::npos || separator == 0) return parameter;
  const std::string_view last = std::string_view(parameter).substr(separator + 1);
  const bool of_layer = last == "weight" || last == "bias" || last == "kernel" || last == "gamma" || last == "beta" ||
                        last == "kernel:0" || last == "bias:0";
  return of_layer ? parameter.substr(0, separator) : parameter;
}

}  // namespace gradclinic
