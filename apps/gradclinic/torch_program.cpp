#include "gradclinic/torch_program.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

bool holds_script(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[4] = {};
  if (!file.read(magic, sizeof magic) || std::string_view(magic, sizeof magic) != "PK\x03\x04") return false;
  // A zip archive's directory ends the file.
  constexpr std::streamoff kDirectory = 1 << 20;
  file.seekg(0, std::ios::end);
  file.seekg(std::max<std::streamoff>(0, file.tellg() - kDirectory));
  const std::string end{std::istreambuf_iterator<char>(file), {}};
  return end.find("/constants.pkl") != std::string::npos && end.find("/code/") != std::string::npos;
}

}  // namespace

bool names_torch_model(const std::string& path) {
  if (path.ends_with(".pt") || path.ends_with(".pth")) return true;
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && holds_script(path);
}

void go_on_in_torch(int argc, char** argv) {
  const std::string_view command = argc > 2 ? argv[1] : "";
  if (command != "diagnose" && command != "fix") return;
  const auto model = std::find_if(argv + 2, argv + argc, [](const char* word) { return names_torch_model(word); });
  if (model == argv + argc) return;
  if (command == "fix")
    throw BadInput("fix", "tries changes of a spec, and this is a model of PyTorch", *model,
                   "gradclinic diagnose names its fixes, as lines of PyTorch");
  std::error_code failed;
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / "gradclinic-torch";
  execv(program.c_str(), argv);
  throw RunFailed("diagnose", "models of PyTorch are for the program gradclinic-torch, which was not built", *model,
                  "install libtorch-dev and build again");
}

}  // namespace gradclinic
