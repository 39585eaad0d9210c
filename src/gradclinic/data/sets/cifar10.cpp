#include <filesystem>
#include <vector>

#include "gradclinic/data/dataset.h"
#include "gradclinic/data/images.h"
#include "gradclinic/data/paths.h"
#include "gradclinic/data/readers/cifar.h"
#include "gradclinic/data/readers/file.h"
#include "gradclinic/support/error.h"

namespace gradclinic::sets {
namespace {

constexpr int kBatches = 5;

/// The batches in order, no more of them than `wanted` samples need (0: all).
std::vector<File> read_files(const std::string& folder, Index wanted) {
  std::vector<File> files;
  std::size_t bytes = 0;
  for (int batch = 1; batch <= kBatches; ++batch) {
    files.emplace_back((std::filesystem::path(folder) / ("data_batch_" + std::to_string(batch) + ".bin")).string());
    bytes += files.back().bytes().size();
    if (wanted > 0 && static_cast<Index>(bytes / (CifarBatch::kPixels + 1)) >= wanted) break;
  }
  return files;
}

Dataset load(const Spec& spec, Generator&) {
  const std::string folder = resolve_path(spec, spec.data.path, "data.path");
  if (!std::filesystem::is_directory(folder))
    throw BadInput("data.path", "no such folder", folder, "CIFAR-10's binary version holds data_batch_1.bin to 5");
  const std::vector<File> files = read_files(folder, spec.data.samples);
  std::vector<CifarBatch> batches;
  Index held = 0;
  for (const File& file : files) {
    batches.emplace_back(file.bytes(), file.path());
    held += batches.back().records();
  }
  const Index samples = samples_taken(spec, held);
  Dataset data = image_dataset(samples, CifarBatch::kPixels, CifarBatch::kClasses);
  Index sample = 0;
  for (const CifarBatch& batch : batches) {
    for (Index record = 0; record < batch.records() && sample < samples; ++record)
      put_image(data, sample++, batch.pixels(record), batch.label(record));
  }
  data.note = "the first " + std::to_string(samples) +
              " official training images; validation is split from them, the official test images are not read";
  return data;
}

}  // namespace

DatasetSource cifar10() {
  return {.id = "cifar10",
          .summary =
              "Colour photographs, 32 x 32 pixels, 10 classes, from the folder `path` of CIFAR-10's binary version "
              "(data_batch_1.bin to data_batch_5.bin). 3072 features: red, green, blue. The official training "
              "files only: validation is split from them.",
          .reference = "Krizhevsky 2009, Learning multiple layers of features from tiny images",
          .load = load};
}

}  // namespace gradclinic::sets
