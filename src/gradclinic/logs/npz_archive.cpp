#include "gradclinic/logs/npz_archive.h"

#include <algorithm>

#include "gradclinic/data/readers/npy_header.h"
#include "gradclinic/logs/little_endian.h"
#include "gradclinic/logs/natural_order.h"
#include "gradclinic/logs/zip_archive.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr std::string_view kSuffix = ".npy";

/// Texts, objects and complex numbers are arrays too, of which no more is read than their type.
bool holds_no_numbers(Bytes array) {
  const std::string_view head = text_of(array.first(std::min<std::size_t>(array.size(), 256)));
  const std::size_t key = head.find("'descr'");
  const std::size_t type = key == std::string_view::npos ? key : head.find_first_not_of(": '|<>=", key + 7);
  return type != std::string_view::npos && std::string_view("fiub").find(head[type]) == std::string_view::npos;
}

NumberType type_of(const NpyHeader& header) {
  if (header.kind != 'f') return NumberType::other;
  if (header.item_bytes == 8) return NumberType::float64;
  return header.item_bytes == 4 ? NumberType::float32 : NumberType::float16;
}

StoredTensor tensor_of(Bytes array, const std::string& tensor_name, const std::string& where) {
  if (holds_no_numbers(array)) return {.name = tensor_name, .type = NumberType::other};
  const NpyHeader header = read_npy_header(array, where);
  const Bytes data = array.subspan(header.data_offset);
  if (data.size() != header.data_bytes())
    reject_file(where, header.data_offset + std::min(data.size(), header.data_bytes()),
                "not of the size its shape promises",
                std::to_string(data.size()) + " bytes of " + std::to_string(header.data_bytes()));
  StoredTensor tensor{.name = tensor_name,
                      .type = type_of(header),
                      .big_endian = header.big_endian,
                      .fortran_order = header.fortran_order,
                      .shape = header.shape};
  if (tensor.type != NumberType::other) tensor.raw = data;
  return tensor;
}

}  // namespace

NpzArchive read_npz(Bytes file, const std::string& name) {
  NpzArchive archive;
  for (const ZipMember& member : read_zip_directory(file, name)) {
    if (!member.name.ends_with(kSuffix)) continue;
    archive.contents.push_back(unpack(file, member, name));
    archive.tensors.push_back(tensor_of(archive.contents.back(),
                                        member.name.substr(0, member.name.size() - kSuffix.size()),
                                        name + ": " + excerpt(member.name)));
  }
  std::ranges::sort(archive.tensors, natural_less, &StoredTensor::name);
  return archive;
}

}  // namespace gradclinic
