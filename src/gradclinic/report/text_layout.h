#pragma once

#include <string>
#include <vector>

namespace gradclinic {

// Plain text in columns, for terminals.

/// The text in that SGR code ("1;31"), or as it is.
std::string painted(const std::string& text, const char* code, bool colour);

/// Characters of UTF-8 text, each taken for one column.
int characters(const std::string& text);

/// The text in lines of at most `columns` characters, broken at spaces; a longer word has a line of its own. At least
/// one line.
std::vector<std::string> lines_of(const std::string& text, int columns);

/// Lines of at most `columns`, a line break after each; every one after the first starts with `indent` spaces, which
/// the first is taken to have already.
std::string wrapped(const std::string& text, int indent, int columns);

}  // namespace gradclinic
