#include "gradclinic/data/readers/npy_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLargestRank = 64;
constexpr std::array<std::string_view, 12> kKinds = {"f2", "f4", "f8", "i1", "i2", "i4",
                                                     "i8", "u1", "u2", "u4", "u8", "b1"};

/// Reads the header's text, a Python dictionary of a string, a boolean and a tuple of numbers.
class Dictionary {
 public:
  Dictionary(std::string_view text, std::size_t offset, const std::string& name)
      : text_(text), offset_(offset), name_(name) {}

  NpyHeader parse() {
    NpyHeader header;
    std::vector<std::string_view> seen;
    expect('{');
    while (!skip('}')) {
      const std::string_view key = quoted();
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) fail("a key that comes twice in the NPY header", key);
      seen.push_back(key);
      expect(':');
      if (key == "descr") {
        parse_kind(header);
      } else if (key == "fortran_order") {
        header.fortran_order = boolean();
      } else if (key == "shape") {
        parse_shape(header);
      } else {
        fail("an unknown key in the NPY header", key);
      }
      if (!skip(',') && !peek('}')) fail("a comma or } is missing in the NPY header");
    }
    skip_spaces();
    if (at_ != text_.size()) fail("text after the NPY header's dictionary");
    if (seen.size() != 3) fail("the NPY header must hold descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what, std::string_view got = "") const {
    reject_file(name_, offset_ + at_, what, excerpt(got));
  }
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool peek(char wanted) {
    skip_spaces();
    return at_ < text_.size() && text_[at_] == wanted;
  }
  bool skip(char wanted) {
    if (!peek(wanted)) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!skip(wanted)) fail(std::string("`") + wanted + "` is missing in the NPY header");
  }
  std::string_view quoted() {
    const char quote = peek('"') ? '"' : '\'';
    expect(quote);
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a string without end in the NPY header");
    const std::string_view inside = text_.substr(at_, end - at_);
    at_ = end + 1;
    return inside;
  }
  bool boolean() {
    skip_spaces();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return word == "True";
    }
    fail("fortran_order is neither True nor False in the NPY header");
  }
  void parse_kind(NpyHeader& header) {
    const std::string_view kind = quoted();
    const bool marked = !kind.empty() && std::string_view("<>|=").find(kind[0]) != std::string_view::npos;
    const std::string_view type = marked ? kind.substr(1) : kind;
    if (std::find(kKinds.begin(), kKinds.end(), type) == kKinds.end()) fail("an NPY type that is not read", kind);
    header.big_endian = kind[0] == '>';
    header.kind = type[0];
    header.item_bytes = static_cast<std::size_t>(type[1] - '0');
  }
  void parse_shape(NpyHeader& header) {
    header.shape.clear();
    expect('(');
    while (!skip(')')) {
      skip_spaces();
      Index size = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (error != std::errc() || size < 0) fail("a size that is not a whole number of 0 or more in the NPY header");
      at_ = static_cast<std::size_t>(end - text_.data());
      header.shape.push_back(size);
      if (header.shape.size() > kLargestRank) fail("more dimensions than numpy allows in the NPY header");
      if (!skip(',') && !peek(')')) fail("a comma or ) is missing in the NPY header's shape");
    }
  }

  std::string_view text_;
  std::size_t offset_;
  const std::string& name_;
  std::size_t at_ = 0;
};

}  // namespace

std::size_t NpyHeader::data_bytes() const {
  std::size_t bytes = item_bytes;
  for (const Index size : shape) bytes *= static_cast<std::size_t>(size);
  return bytes;
}

NpyHeader read_npy_header(Bytes file, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic)) reject_file(name, 0, "not an NPY file: it does not start with \\x93NUMPY");
  if (file.size() < 8) reject_file(name, file.size(), "ends within the NPY header");
  const std::uint8_t version = file[6];
  if (version < 1 || version > 3) reject_file(name, 6, "an NPY version other than 1, 2, 3", std::to_string(version));

  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t start = 8 + length_bytes;
  if (file.size() < start) reject_file(name, file.size(), "ends within the NPY header");
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | file[8 + i];
  if (length > file.size() - start) reject_file(name, 8, "an NPY header longer than the file", std::to_string(length));

  NpyHeader header = Dictionary(text.substr(start, length), start, name).parse();
  header.data_offset = start + length;
  std::size_t bytes = header.item_bytes;
  for (const Index size : header.shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::size_t>(size), &bytes))
      reject_file(name, start, "an NPY shape that promises more bytes than a file can hold");
  }
  return header;
}

}  // namespace gradclinic
