#include "gradclinic/logs/natural_order.h"

#include <algorithm>

namespace gradclinic {
namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// The digits that the text starts with, and where they end.
std::string_view digits_of(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::string_view without_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : digits.substr(first);
}

}  // namespace

bool natural_less(std::string_view one, std::string_view other) {
  const std::string_view whole_one = one, whole_other = other;
  while (!one.empty() && !other.empty()) {
    if (is_digit(one.front()) && is_digit(other.front())) {
      const std::string_view left = digits_of(one), right = digits_of(other);
      const std::string_view left_value = without_zeros(left), right_value = without_zeros(right);
      if (left_value.size() != right_value.size()) return left_value.size() < right_value.size();
      if (left_value != right_value) return left_value < right_value;
      one.remove_prefix(left.size());
      other.remove_prefix(right.size());
    } else {
      if (one.front() != other.front()) return one.front() < other.front();
      one.remove_prefix(1);
      other.remove_prefix(1);
    }
  }
  if (one.empty() != other.empty()) return one.empty();
  return whole_one < whole_other;  // "layer02" and "layer2"
}

}  // namespace gradclinic
