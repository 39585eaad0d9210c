#include "gradclinic/data/dataset.h"
#include "gradclinic/data/idx_folder.h"
#include "gradclinic/data/paths.h"
#include "gradclinic/support/error.h"

namespace gradclinic::sets {
namespace {

constexpr const char* kDebianFolder = "/usr/share/datasets/fashion-mnist";

Dataset load(const Spec& spec, Generator&) {
  const std::string folder = spec.data.path.empty() ? kDebianFolder : resolve_path(spec, spec.data.path, "data.path");
  if (!has_idx_images(folder))
    throw BadInput(folder, "Fashion-MNIST is not here: no train-images-idx3-ubyte.gz", "",
                   "install Debian's package dataset-fashion-mnist, or set data.path to the folder of its files");
  return load_idx_folder(spec, folder);
}

}  // namespace

DatasetSource fashion_mnist() {
  return {.id = "fashion-mnist",
          .summary =
              "60,000 pictures of clothes, 28 x 28 grey pixels, 10 classes; from Debian's package "
              "dataset-fashion-mnist or the folder `path`. The official training files only: validation is "
              "split from them.",
          .reference = "Xiao, Rasul & Vollgraf 2017, Fashion-MNIST: a novel image dataset",
          .load = load};
}

}  // namespace gradclinic::sets
