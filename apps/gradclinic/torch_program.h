#pragma once

#include <string>
#include <vector>

namespace gradclinic {

/// Whether a path names a PyTorch model: by its name (.pt, .pth) or, of a file that exists, as a zip archive with what
/// TorchScript keeps in one.
bool names_torch_model(const std::string& path);

/// The argument of `diagnose` or `fix` that names such a model; null without one.
const char* torch_model_among(int argc, char** argv);

// gradclinic-torch, which stands beside gradclinic, is the same program with LibTorch, which takes half a second to
// load: what need not wait for it does not. These go on as gradclinic-torch, with the same arguments, and do not return
// where they do.

/// gradclinic and gradclinic-torch, as they stand in the folder of this program; one that is not there cannot be read.
std::vector<std::string> own_programs();

/// Where `diagnose` or `fix` is given a model of PyTorch. Throws RunFailed where gradclinic-torch was not built.
void go_on_with_model(int argc, char** argv);

/// Where this program cannot train networks of the kind; before anything was trained or printed. Returns where
/// gradclinic-torch was not built: then training says so.
void go_on_where_trained(const std::string& kind);

}  // namespace gradclinic
