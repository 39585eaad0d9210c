#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

/// A payload framed as TensorFlow's TFRecord: its length (64 bits, little-endian), the masked CRC-32C of these 8 bytes,
/// the payload, its masked CRC-32C. A file of records is one frame after the other.
std::string tfrecord(std::string_view payload);

/// Whether a file starts with a whole, undamaged length: no other kind of file does, but by a chance of 1 in 2^32.
bool is_tfrecord(Bytes file);

/// Reads the frames of a file in memory. Writers append, so a file may end within a frame: that is its end.
class TfrecordReader {
 public:
  /// `file` must outlive the reader; `name` is the file's name in errors.
  TfrecordReader(Bytes file, std::string name) : file_(file), name_(std::move(name)) {}

  /// The next payload, nothing at the end. A wrong checksum throws BadInput naming `name` and the offset.
  std::optional<Bytes> next();
  /// Where the next frame starts; after the end, how many bytes are whole frames.
  std::size_t offset() const { return offset_; }
  /// Whether bytes are left that are no whole frame; of use after the end.
  bool cut_short() const { return offset_ < file_.size(); }

 private:
  Bytes file_;
  std::string name_;
  std::size_t offset_ = 0;
};

}  // namespace gradclinic
