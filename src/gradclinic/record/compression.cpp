#include "gradclinic/record/compression.h"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace gradclinic {
namespace {

void set_input(z_stream& stream, std::string_view bytes) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

void set_output(z_stream& stream, std::string& bytes, std::size_t used) {
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + used);
  stream.avail_out = static_cast<uInt>(bytes.size() - used);
}

}  // namespace

Deflater::Deflater() {
  if (deflateInit(&state_, Z_BEST_SPEED) != Z_OK) throw std::bad_alloc();
}

Deflater::~Deflater() { deflateEnd(&state_); }

std::string Deflater::compress(std::string_view bytes, std::string_view stored) {
  const std::size_t total = bytes.size() + stored.size();
  if (total > 1u << 30) throw std::length_error("more than 1 GiB to compress at once");
  const std::size_t worst_case = total + total / 8 + 256;  // so that one call takes all
  if (buffer_.size() < worst_case) buffer_.resize(worst_case);
  deflateReset(&state_);
  set_output(state_, buffer_, 0);
  deflateParams(&state_, Z_BEST_SPEED, Z_DEFAULT_STRATEGY);
  set_input(state_, bytes);
  if (!stored.empty()) {
    deflate(&state_, Z_NO_FLUSH);
    deflateParams(&state_, Z_NO_COMPRESSION, Z_DEFAULT_STRATEGY);
    set_input(state_, stored);
  }
  if (deflate(&state_, Z_FINISH) != Z_STREAM_END) throw std::logic_error("zlib did not finish a stream");
  return buffer_.substr(0, state_.total_out);
}

std::optional<std::string> decompress(std::string_view stream, std::size_t limit) {
  z_stream state{};
  if (inflateInit(&state) != Z_OK) throw std::bad_alloc();
  set_input(state, stream);
  std::string bytes;
  int status = Z_OK;
  while (status == Z_OK && bytes.size() <= limit) {
    const std::size_t used = bytes.size();
    bytes.resize(used + std::max(4 * stream.size() + 64, used));
    set_output(state, bytes, used);
    status = inflate(&state, Z_NO_FLUSH);
    bytes.resize(bytes.size() - state.avail_out);
  }
  inflateEnd(&state);
  if (status != Z_STREAM_END || state.avail_in != 0 || bytes.size() > limit) return std::nullopt;
  return bytes;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace gradclinic
