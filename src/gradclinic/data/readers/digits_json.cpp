#include "gradclinic/data/readers/digits_json.h"

#include <fmt/format.h>

#include <cstdlib>

#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

/// Walks over the text, skipping white space.
class Walk {
 public:
  Walk(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  bool skip(char wanted) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view wanted) {
    for (const char c : wanted) {
      if (!skip(c)) reject_file(name_, at_, fmt::format("`{}` is missing in the digit file", wanted));
    }
  }
  void expect_end() {
    skip_spaces();
    if (at_ != text_.size()) reject_file(name_, at_, "text after the end of the digits");
  }

  /// Reads 0, 1 or a fraction of one to three digits, and gives back the k whose k/255 was rounded to it.
  std::uint8_t pixel() {
    skip_spaces();
    const std::size_t start = at_;
    int thousandths = 1000 * digit(start);
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      thousandths += 100 * digit(start);
      for (int unit = 10; unit > 0 && at_digit(); unit /= 10) thousandths += unit * digit(start);
    }
    const int byte = (255 * thousandths + 500) / 1000;
    // Rounding to thousandths moved k/255 by at most half of one: in units of 1/255000, by 127.5.
    if (byte > 255 || 2 * std::abs(255 * thousandths - 1000 * byte) > 255) reject_pixel(start);
    return static_cast<std::uint8_t>(byte);
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  bool at_digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  int digit(std::size_t start) {
    if (!at_digit()) reject_pixel(start);
    return text_[at_++] - '0';
  }
  [[noreturn]] void reject_pixel(std::size_t start) const {
    reject_file(name_, start, "not a pixel: a number k/255 rounded to three digits", excerpt(text_.substr(start, 12)));
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

}  // namespace

void append_digits_json(std::string_view text, const std::string& name, std::vector<std::uint8_t>& pixels) {
  Walk walk(text, name);
  walk.expect("{\"data\":[");
  do pixels.push_back(walk.pixel());
  while (walk.skip(','));
  walk.expect("]}");
  walk.expect_end();
}

}  // namespace gradclinic
