#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gradclinic {

/// How many letters must be inserted, deleted, replaced or swapped with their neighbour to make one word the other;
/// no letter is touched twice (optimal string alignment, Damerau 1964).
std::size_t edit_distance(std::string_view one, std::string_view other);

/// The candidate nearest to a mistyped word, ignoring case; the first of several. Empty when none is near enough to
/// be what was meant: more than about a third of the letters differ.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// Advice for an unknown word: "did you mean `sigmoid`? allowed: elu, gelu, ...", without the question when no
/// candidate is near.
std::string advise(const std::string& word, const std::vector<std::string>& candidates);

/// The strings with a separator between them.
std::string join(const std::vector<std::string>& strings, std::string_view separator = ", ");

/// The words of a text, split at white space.
std::vector<std::string> words_of(std::string_view text);

/// A text fit for one line of an error, whatever it holds: control characters escaped, bytes that are not UTF-8 as
/// U+FFFD, cut at `limit` characters with "..." behind.
std::string excerpt(std::string_view text, std::size_t limit = 60);

}  // namespace gradclinic
