#include "gradclinic/data/idx_folder.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "gradclinic/data/images.h"
#include "gradclinic/data/readers/file.h"
#include "gradclinic/data/readers/idx.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

constexpr Index kClasses = 10;
constexpr std::array<std::string_view, 4> kImages = {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
                                                     "train-images.idx3-ubyte", "train-images.idx3-ubyte.gz"};
constexpr std::array<std::string_view, 4> kLabels = {"train-labels-idx1-ubyte", "train-labels-idx1-ubyte.gz",
                                                     "train-labels.idx1-ubyte", "train-labels.idx1-ubyte.gz"};

/// The first of `names` that `folder` holds; empty when it holds none.
std::string find_in(const std::string& folder, const std::array<std::string_view, 4>& names) {
  for (const std::string_view name : names) {
    const auto path = std::filesystem::path(folder) / name;
    std::error_code failure;
    if (std::filesystem::exists(path, failure)) return path.string();
  }
  return "";
}

IdxArray read(const std::string& folder, const std::array<std::string_view, 4>& names, std::size_t rank, Index limit) {
  const std::string path = find_in(folder, names);
  if (path.empty()) throw BadInput(folder, "the folder holds no file " + std::string(names[0]) + " (or .gz)");
  const File file(path);
  IdxArray array = read_idx(file.bytes(), path, limit);
  if (array.shape.size() != rank)
    reject_file(path, 3, "an IDX file of " + std::to_string(rank + 1) + " dimensions is needed",
                std::to_string(array.shape.size() + 1));
  return array;
}

}  // namespace

bool has_idx_images(const std::string& folder) { return !find_in(folder, kImages).empty(); }

Dataset load_idx_folder(const Spec& spec, const std::string& folder) {
  const IdxArray images = read(folder, kImages, 2, spec.data.samples);
  const IdxArray labels = read(folder, kLabels, 0, spec.data.samples);
  if (images.held != labels.held)
    throw BadInput(folder, "as many labels as images are needed",
                   std::to_string(labels.held) + " labels, " + std::to_string(images.held) + " images");
  const Index samples = samples_taken(spec, images.held);
  const Index pixels = images.item_size();
  Dataset data = image_dataset(samples, pixels, kClasses);
  for (Index i = 0; i < samples; ++i) {
    const auto place = static_cast<std::size_t>(i);
    const std::uint8_t label = labels.values[place];
    if (label >= kClasses)
      reject_file(find_in(folder, kLabels), labels.first_offset + place, "a label above 9", std::to_string(label));
    put_image(data, i, Bytes(images.values).subspan(place * static_cast<std::size_t>(pixels), pixels), label);
  }
  data.note = std::to_string(samples) + " of the " + std::to_string(images.held) +
              " official training images; validation is split from them, the official test images are not read";
  return data;
}

}  // namespace gradclinic
