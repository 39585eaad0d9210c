#include "gradclinic/support/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "gradclinic/support/utf8.h"

namespace gradclinic {

namespace {

// No name is longer; the distance is quadratic in the length.
constexpr std::size_t kLongestWord = 64;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

void append_utf8(char32_t character, std::string& into) {
  const auto continuation = [&](int shift) { into += static_cast<char>(0x80 | (character >> shift & 0x3F)); };
  if (character < 0x80) {
    into += static_cast<char>(character);
  } else if (character < 0x800) {
    into += static_cast<char>(0xC0 | character >> 6);
    continuation(0);
  } else if (character < 0x10000) {
    into += static_cast<char>(0xE0 | character >> 12);
    continuation(6);
    continuation(0);
  } else {
    into += static_cast<char>(0xF0 | character >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

/// The character itself, or an escape where it would act on a terminal.
void append_shown(char32_t character, std::string& into) {
  const auto code = static_cast<unsigned>(character);
  if (character == '\n') {
    into += "\\n";
  } else if (character == '\t') {
    into += "\\t";
  } else if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
    into += fmt::format("\\x{:02x}", code);
  } else {
    append_utf8(character, into);
  }
}

}  // namespace

std::size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> before_last(other.size() + 1);
  std::vector<std::size_t> last(other.size() + 1);
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t replace = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[other.size()];
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongestWord) return "";
  const std::string sought = lower(word);
  std::string best;
  std::size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t distance = edit_distance(sought, lower(candidate));
    if (3 * distance > std::max(sought.size(), candidate.size()) + 1) continue;
    if (!best.empty() && distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string advise(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  const std::string allowed = "allowed: " + (candidates.empty() ? "nothing" : join(candidates));
  return near.empty() ? allowed : "did you mean `" + near + "`? " + allowed;
}

std::string join(const std::vector<std::string>& strings, std::string_view separator) {
  return fmt::format("{}", fmt::join(strings, separator));
}

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r\f\v";
  std::vector<std::string> words;
  for (std::size_t begin = text.find_first_not_of(kSpace); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kSpace, end);
  }
  return words;
}

std::string excerpt(std::string_view text, std::size_t limit) {
  // A character has up to four bytes; one more shows that there is a rest.
  std::u32string characters = decode_utf8(text.substr(0, 4 * (limit + 1)));
  const bool cut = characters.size() > limit;
  characters.resize(std::min(characters.size(), limit));
  std::string result;
  for (const char32_t character : characters) append_shown(character, result);
  return cut ? result + "..." : result;
}

}  // namespace gradclinic
