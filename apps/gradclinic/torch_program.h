#pragma once

#include <string>

namespace gradclinic {

/// Whether a path names a PyTorch model: by its name (.pt, .pth) or, of a file that exists, as a zip archive with what
/// TorchScript keeps in one.
bool names_torch_model(const std::string& path);

/// The argument of `diagnose` or `fix` that names such a model; null without one.
const char* torch_model_among(int argc, char** argv);

// gradclinic-torch, which stands beside gradclinic, is the same program with LibTorch, which takes half a second to
// load: what need not wait for it does not. These go on as gradclinic-torch, with the same arguments, and do not return
// where they do.

/// Where `diagnose` is given a model of PyTorch. Throws RunFailed where gradclinic-torch was not built, BadInput where
/// `fix` is given one.
void go_on_with_model(int argc, char** argv);

/// Where this program cannot train networks of the kind; before anything was trained or printed. Returns where
/// gradclinic-torch was not built: then training says so.
void go_on_where_trained(const std::string& kind);

}  // namespace gradclinic
