#pragma once

#include <memory>
#include <string>

#include "gradclinic/data/readers/bytes.h"

struct z_stream_s;

namespace gradclinic {

/// Whether `file` starts as gzip files do (RFC 1952: 1f 8b).
bool is_gzip(Bytes file);

/// Inflates a gzip file in memory piece by piece: nothing is inflated, or allocated, beyond what is asked for.
/// Checksums are verified when a member's end is reached. Damage throws BadInput with the offset in the gzip file.
class GzipStream {
 public:
  /// `file` must outlive the stream; `name` is the file's name in errors.
  GzipStream(Bytes file, std::string name);
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Fills `out`; returns how many bytes there were, fewer than asked for only at the end of the file.
  std::size_t read(std::span<std::uint8_t> out);

 private:
  std::size_t offset() const;
  bool next_member();

  Bytes file_;
  std::string name_;
  std::unique_ptr<z_stream_s> stream_;
  bool finished_ = false;
};

}  // namespace gradclinic
