#include "gradclinic/data/readers/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace gradclinic {
namespace {

constexpr int kGzipWindow = 16 + MAX_WBITS;  // 16 tells zlib to expect gzip's header and trailer

/// zlib counts in unsigned int, files in size_t.
uInt piece(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

bool is_gzip(Bytes file) { return file.size() >= 2 && file[0] == 0x1f && file[1] == 0x8b; }

GzipStream::GzipStream(Bytes file, std::string name)
    : file_(file), name_(std::move(name)), stream_(std::make_unique<z_stream_s>()) {
  *stream_ = {};
  stream_->next_in = const_cast<Bytef*>(file.data());  // zlib only reads it
  if (inflateInit2(stream_.get(), kGzipWindow) != Z_OK) throw std::bad_alloc();
}

GzipStream::~GzipStream() { inflateEnd(stream_.get()); }

std::size_t GzipStream::offset() const { return static_cast<std::size_t>(stream_->next_in - file_.data()); }

bool GzipStream::next_member() {
  const Bytes rest = file_.subspan(offset());
  if (rest.empty()) return false;
  if (!is_gzip(rest)) reject_file(name_, offset(), "holds bytes after the end of the gzip data");
  inflateReset(stream_.get());
  return true;
}

std::size_t GzipStream::read(std::span<std::uint8_t> out) {
  std::size_t filled = 0;
  while (filled < out.size() && !finished_) {
    stream_->next_out = out.data() + filled;
    stream_->avail_out = piece(out.size() - filled);
    stream_->avail_in = piece(file_.size() - offset());
    const uInt space = stream_->avail_out;
    const int status = inflate(stream_.get(), Z_NO_FLUSH);
    filled += space - stream_->avail_out;
    if (status == Z_STREAM_END) {
      finished_ = !next_member();
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      reject_file(name_, offset(), "damaged gzip data", stream_->msg ? stream_->msg : "");
    } else if (offset() == file_.size() && stream_->avail_out != 0) {
      reject_file(name_, offset(), "ends within the gzip data", "", "the file is truncated");
    }
  }
  return filled;
}

}  // namespace gradclinic
