#include "gradclinic/logs/checkpoint.h"

#include <algorithm>

#include "gradclinic/logs/safetensors.h"
#include "gradclinic/logs/zip_archive.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

constexpr const char* kAdvice = "save the state_dict with safetensors.torch.save_file or numpy.savez";

}  // namespace

Checkpoint::Checkpoint(const std::string& path) : file_(path) {
  if (is_zip(file_.bytes())) {
    archive_ = read_npz(file_.bytes(), path);
    tensors_ = archive_.tensors;
  } else if (is_safetensors(file_.bytes())) {
    tensors_ = read_safetensors(file_.bytes(), path);
  } else {
    throw BadInput(path, "neither safetensors nor npz, or cut off", "", kAdvice);
  }
  if (find("spec") && find("spec")->type == NumberType::other &&
      std::ranges::any_of(tensors_, [](const StoredTensor& tensor) { return tensor.name.ends_with(".columns"); }))
    throw BadInput(path, "a run's record that gradclinic exported, no checkpoint", "", "name the run itself");
  if (std::ranges::all_of(tensors_, [](const StoredTensor& tensor) { return tensor.raw.empty(); }))
    throw BadInput(path, "holds no array of floating-point numbers", "", kAdvice);
}

const StoredTensor* Checkpoint::find(const std::string& name) const {
  const auto found = std::ranges::find(tensors_, name, &StoredTensor::name);
  return found == tensors_.end() ? nullptr : &*found;
}

bool is_checkpoint(Bytes file) { return is_zip(file) || is_safetensors(file); }

}  // namespace gradclinic
