#include "script_data.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "gradclinic/data/readers/file.h"
#include "gradclinic/data/readers/npy_header.h"
#include "gradclinic/logs/zip_archive.h"
#include "gradclinic/support/error.h"

namespace gradclinic::torch {
namespace {

constexpr std::string_view kSuffix = ".npy";

at::ScalarType type_of(const NpyHeader& header, const std::string& where) {
  const std::size_t bytes = header.item_bytes;
  if (header.kind == 'f') return bytes == 2 ? at::kHalf : bytes == 4 ? at::kFloat : at::kDouble;
  if (header.kind == 'i') return bytes == 1 ? at::kChar : bytes == 2 ? at::kShort : bytes == 4 ? at::kInt : at::kLong;
  if (bytes == 1) return at::kByte;
  throw BadInput(where, "an array of a type that PyTorch has not", fmt::format("{}{}", header.kind, bytes));
}

at::Tensor tensor_of(std::vector<std::uint8_t> array, const std::string& where) {
  const NpyHeader header = read_npy_header(array, where);
  if (array.size() - header.data_offset != header.data_bytes())
    throw BadInput(where, "is not of the size its shape promises",
                   fmt::format("{} bytes of {}", array.size() - header.data_offset, header.data_bytes()));
  std::uint8_t* const data = array.data() + header.data_offset;
  if (header.big_endian)
    for (std::size_t at = 0; at < header.data_bytes(); at += header.item_bytes)
      std::reverse(data + at, data + at + header.item_bytes);
  std::vector<std::int64_t> shape(header.shape.begin(), header.shape.end());
  if (header.fortran_order) std::ranges::reverse(shape);
  at::Tensor tensor = at::from_blob(data, shape, at::TensorOptions(type_of(header, where)));
  if (header.fortran_order)
    tensor = tensor.permute([&] {
      std::vector<std::int64_t> axes(shape.size());
      for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<std::int64_t>(axes.size() - 1 - i);
      return axes;
    }());
  return tensor.to(tensor.is_floating_point() ? at::kFloat : at::kLong).clone(at::MemoryFormat::Contiguous);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return text;
}

const ZipMember* find(const std::vector<ZipMember>& members, std::string_view name) {
  const auto found = std::ranges::find_if(
      members, [&](const ZipMember& member) { return lower(member.name) == std::string(name) + std::string(kSuffix); });
  return found == members.end() ? nullptr : &*found;
}

}  // namespace

ScriptData read_script_data(const std::string& path) {
  const File file(path);
  if (!is_zip(file.bytes()))
    throw BadInput(path, "is no .npz archive", "", "write it with numpy.savez(path, inputs=..., targets=...)");
  std::vector<ZipMember> members = read_zip_directory(file.bytes(), path);
  std::erase_if(members, [](const ZipMember& member) { return !member.name.ends_with(kSuffix); });
  if (members.size() < 2)
    throw BadInput(path, "two arrays are needed, inputs and targets", fmt::format("{}", members.size()));
  const ZipMember *inputs = &members[0], *targets = &members[1];
  for (const auto& [first, second] : {std::pair("inputs", "targets"), std::pair("x", "y")})
    if (find(members, first) && find(members, second)) {
      inputs = find(members, first), targets = find(members, second);
      break;
    }
  const auto read = [&](const ZipMember& member) {
    return tensor_of(unpack(file.bytes(), member, path), path + ": " + member.name);
  };
  ScriptData data{.path = path, .inputs = read(*inputs), .targets = read(*targets)};
  const std::string shapes = fmt::format("inputs {} of shape {}, targets {} of shape {}", inputs->name,
                                         shape_text(data.inputs), targets->name, shape_text(data.targets));
  if (data.inputs.dim() == 0 || data.targets.dim() == 0 || data.inputs.numel() == 0 || data.targets.numel() == 0)
    throw BadInput(path, "arrays of samples are needed", shapes);
  if (data.inputs.size(0) != data.targets.size(0))
    throw BadInput(path, "as many targets as inputs are needed, along the first axis", shapes);
  if (data.inputs.size(0) < 2) throw BadInput(path, "at least two samples are needed", shapes);
  return data;
}

std::string shape_text(const at::Tensor& tensor) {
  return tensor.dim() == 0 ? "one number" : fmt::format("{}", fmt::join(tensor.sizes(), " x "));
}

}  // namespace gradclinic::torch
