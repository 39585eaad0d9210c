#include "gradclinic/spec/measure.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

constexpr int kLargestLayer = 10000;

template <class Meaning>
using Words = std::vector<std::pair<std::string, Meaning>>;

const Words<Layers>& layer_words() {
  static const Words<Layers> words = {
      {"first", Layers::first},  {"last", Layers::last}, {"first/last", Layers::first_over_last},
      {"layer", Layers::number}, {"mean", Layers::mean}, {"median", Layers::median},
      {"max", Layers::max},      {"min", Layers::min}};
  return words;
}

const Words<Moment>& moment_words() {
  static const Words<Moment> words = {{"start", Moment::start},   {"final", Moment::final},  {"best", Moment::best},
                                      {"max", Moment::max},       {"min", Moment::min},      {"mean", Moment::mean},
                                      {"median", Moment::median}, {"spread", Moment::spread}};
  return words;
}

template <class Meaning>
std::optional<Meaning> meaning_of(const std::string& word, const Words<Meaning>& words) {
  for (const auto& [known, meaning] : words) {
    if (known == word) return meaning;
  }
  return std::nullopt;
}

template <class Meaning>
void add_words(const Words<Meaning>& words, std::vector<std::string>& into) {
  for (const auto& [word, meaning] : words) {
    if (std::find(into.begin(), into.end(), word) == into.end()) into.push_back(word);
  }
}

/// Letters, digits, "_" and "-", with at most one dot inside; no word of the grammar.
bool is_quantity(const std::string& word) {
  if (word.empty() || word == "at" || word == "to" || word == "below" || word == "above") return false;
  if (meaning_of(word, layer_words()) || meaning_of(word, moment_words())) return false;
  const std::size_t dot = word.find('.');
  const bool parts = dot == std::string::npos || (dot > 0 && dot + 1 < word.size() && word.rfind('.') == dot);
  return parts && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-.") == std::string::npos;
}

class Parser {
 public:
  Parser(const std::string& text, const std::string& where) : words_(words_of(text)), where_(where) {
    measure_.text = join(words_, " ");
  }

  Measure parse() {
    const bool steps = word(0) == "steps";
    if (steps) {
      next_ = 1;
      if (!take("to")) refuse({"to"});
    }
    read_quantity();
    read_layers();
    if (steps) {
      read_threshold();
    } else {
      read_moment();
    }
    if (next_ < words_.size()) refuse({});
    return measure_;
  }

 private:
  std::string word(std::size_t place) const { return place < words_.size() ? words_[place] : ""; }

  bool take(const std::string& expected) {
    if (word(next_) != expected) return false;
    ++next_;
    return true;
  }

  [[noreturn]] void refuse(const std::vector<std::string>& allowed) const {
    const std::string in = " in the measure `" + excerpt(measure_.text) + "`";
    const std::string got = excerpt(word(next_));
    if (got.empty()) throw BadInput(where_, "a word is missing at the end" + in, "", advise("", allowed));
    if (allowed.empty()) throw BadInput(where_, "too many words" + in, got, "end the measure before it");
    throw BadInput(where_, "unknown word" + in, got, advise(got, allowed));
  }

  void read_quantity() {
    const std::string found = word(next_);
    if (!is_quantity(found)) {
      throw BadInput(where_, "a measure begins with a quantity", excerpt(measure_.text),
                     "for example: loss final, weight_grad.l2 first/last at start, steps to loss below 0.5");
    }
    measure_.quantity = found;
    ++next_;
  }

  void read_layers() {
    const std::optional<Layers> layers = meaning_of(word(next_), layer_words());
    const bool last_word = next_ + 1 >= words_.size();
    if (!layers || (last_word && meaning_of(word(next_), moment_words()))) return;
    measure_.layers = *layers;
    ++next_;
    if (*layers != Layers::number) return;
    const std::string digits = word(next_);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), measure_.layer);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (!whole || measure_.layer < 1 || measure_.layer > kLargestLayer) {
      throw BadInput(where_, "`layer` needs a layer's number", excerpt(digits), "allowed: 1 to 10000");
    }
    ++next_;
  }

  void read_moment() {
    const bool at = take("at");
    if (!at && next_ == words_.size()) return;
    const std::optional<Moment> moment = meaning_of(word(next_), moment_words());
    if (!moment) {
      std::vector<std::string> allowed;
      if (!at && measure_.layers == Layers::whole) add_words(layer_words(), allowed);
      add_words(moment_words(), allowed);
      refuse(allowed);
    }
    measure_.moment = *moment;
    measure_.moment_written = true;
    ++next_;
  }

  void read_threshold() {
    Threshold threshold;
    threshold.below = take("below");
    if (!threshold.below && !take("above")) refuse({"below", "above"});
    const std::string number = word(next_);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), threshold.value);
    const bool whole = error == std::errc() && end == number.data() + number.size();
    if (!whole || !std::isfinite(threshold.value)) {
      throw BadInput(where_, "not a finite number in the measure `" + excerpt(measure_.text) + "`", excerpt(number));
    }
    measure_.steps_to = threshold;
    ++next_;
  }

  std::vector<std::string> words_;
  std::string where_;
  Measure measure_;
  std::size_t next_ = 0;
};

}  // namespace

Measure parse_measure(const std::string& text, const std::string& where) { return Parser(text, where).parse(); }

const char* name_of(Moment moment) {
  for (const auto& [word, meaning] : moment_words()) {
    if (meaning == moment) return word.c_str();
  }
  return "";
}

bool larger_is_better(const std::string& quantity) { return quantity.find("accuracy") != std::string::npos; }

}  // namespace gradclinic
