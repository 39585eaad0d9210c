#include "gradclinic/torch_program.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "gradclinic/record/run.h"
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

std::filesystem::path this_program() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed);
}

std::filesystem::path torch_program() { return this_program().parent_path() / "gradclinic-torch"; }

std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

}  // namespace

std::vector<std::string> own_programs() { return {this_program().parent_path() / "gradclinic", torch_program()}; }

bool names_torch_model(const std::string& path) {
  if (path.ends_with(".pt") || path.ends_with(".pth")) return true;
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && holds_script(path);
}

const char* torch_model_among(int argc, char** argv) {
  const std::string_view command = argc > 2 ? argv[1] : "";
  if (command != "diagnose" && command != "fix") return nullptr;
  const auto model = std::find_if(argv + 2, argv + argc, [](const char* word) { return names_torch_model(word); });
  return model == argv + argc ? nullptr : *model;
}

void go_on_with_model(int argc, char** argv) {
  const char* const model = torch_model_among(argc, argv);
  if (!model) return;
  execv(torch_program().c_str(), argv);
  throw RunFailed(argv[1], "models of PyTorch are for the program gradclinic-torch, which was not built", model,
                  "install libtorch-dev and build again");
}

void go_on_where_trained(const std::string& kind) {
  if (kind == "outside" || can_train(kind) || this_program() == torch_program()) return;
  std::vector<std::string> words = own_arguments();
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(torch_program().c_str(), argv.data());
}

}  // namespace gradclinic
