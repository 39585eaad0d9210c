#pragma once

#include <map>
#include <string>

namespace gradclinic {

/// What a run was made with: "gradclinic", "record" (kRecordVersion), "eigen", "blas" (OpenBLAS's version, kernels and
/// threads, or "not OpenBLAS"), "sqlite", "zlib".
std::map<std::string, std::string> describe_versions();

}  // namespace gradclinic
