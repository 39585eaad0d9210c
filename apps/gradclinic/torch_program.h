#pragma once

#include <string>

namespace gradclinic {

/// Whether a path names a PyTorch model: by its name (.pt, .pth) or, of a file that exists, as a zip archive with what
/// TorchScript keeps in one.
bool names_torch_model(const std::string& path);

/// Where `diagnose` is given a PyTorch model, goes on as the program gradclinic-torch, which stands beside this one and
/// has the same arguments: LibTorch takes half a second to load, which nothing else need wait for. Returns where there
/// is no such model. Throws RunFailed where that program was not built, BadInput where `fix` is given one.
void go_on_in_torch(int argc, char** argv);

}  // namespace gradclinic
