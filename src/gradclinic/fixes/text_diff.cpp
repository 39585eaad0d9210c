#include "gradclinic/fixes/text_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace gradclinic {
namespace {

constexpr std::size_t kContext = 3;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A line of the diff, and how many lines of either text stand before it.
struct Line {
  char mark = ' ';
  std::string text;
  std::size_t before = 0;
  std::size_t after = 0;
};

/// Along a longest common subsequence.
std::vector<Line> aligned(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::vector<std::size_t>> common(before.size() + 1, std::vector<std::size_t>(after.size() + 1));
  for (std::size_t i = before.size(); i-- > 0;)
    for (std::size_t j = after.size(); j-- > 0;)
      common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::vector<Line> lines;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      lines.push_back({' ', before[i], i, j});
      ++i, ++j;
    } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
      lines.push_back({'-', before[i], i, j});
      ++i;
    } else {
      lines.push_back({'+', after[j], i, j});
      ++j;
    }
  }
  return lines;
}

/// "12,3"; of no lines the line before them, as diff counts.
std::string range(std::size_t first, std::size_t count) {
  return fmt::format("{},{}", count == 0 ? first : first + 1, count);
}

}  // namespace

std::string unified_diff(const std::string& before, const std::string& after, const std::string& before_name,
                         const std::string& after_name) {
  const std::vector<Line> lines = aligned(lines_of(before), lines_of(after));
  std::string text;
  std::size_t at = 0;
  while (true) {
    while (at < lines.size() && lines[at].mark == ' ') ++at;
    if (at == lines.size()) return text;
    const std::size_t first = at - std::min(at, kContext);
    std::size_t last = at;  // the last changed line of the hunk
    for (std::size_t i = at; i < lines.size() && i <= last + 2 * kContext + 1; ++i)
      if (lines[i].mark != ' ') last = i;
    const std::size_t end = std::min(lines.size(), last + kContext + 1);
    std::string body;
    std::size_t removed = 0;
    std::size_t added = 0;
    for (std::size_t i = first; i < end; ++i) {
      body += lines[i].mark + lines[i].text + "\n";
      removed += lines[i].mark == '+' ? 0 : 1;
      added += lines[i].mark == '-' ? 0 : 1;
    }
    if (text.empty()) text = fmt::format("--- {}\n+++ {}\n", before_name, after_name);
    text +=
        fmt::format("@@ -{} +{} @@\n{}", range(lines[first].before, removed), range(lines[first].after, added), body);
    at = end;
  }
}

}  // namespace gradclinic
