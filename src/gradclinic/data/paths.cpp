#include "gradclinic/data/paths.h"

#include <filesystem>

#include "gradclinic/support/error.h"

namespace gradclinic {

std::string resolve_path(const Spec& spec, const std::string& path, const std::string& key) {
  if (path.empty()) throw BadInput(key, "no path", "", "data.set `" + spec.data.set + "` needs this key");
  return (std::filesystem::path(spec.folder) / path).lexically_normal().string();
}

}  // namespace gradclinic
