#include "gradclinic/report/text_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/support/text.h"

namespace gradclinic {

std::string painted(const std::string& text, const char* code, bool colour) {
  return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

int characters(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::vector<std::string> lines_of(const std::string& text, int columns) {
  std::vector<std::string> lines(1);
  for (const std::string& word : words_of(text)) {
    if (!lines.back().empty() && characters(lines.back()) + 1 + characters(word) > columns) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

std::string wrapped(const std::string& text, int indent, int columns) {
  return join(lines_of(text, columns - indent), "\n" + std::string(static_cast<std::size_t>(indent), ' ')) + "\n";
}

}  // namespace gradclinic
