#pragma once

#include <string>
#include <string_view>

namespace gradclinic {

/// The characters of a text in UTF-8; a byte that is not part of valid UTF-8 (overlong forms, surrogates and what lies
/// beyond U+10FFFF included) becomes U+FFFD.
std::u32string decode_utf8(std::string_view text);

}  // namespace gradclinic
