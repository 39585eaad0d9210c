#pragma once

#include <map>
#include <string>

namespace gradclinic {

/// Facts of the machine a run was measured on: "cpu", "cores" (those this process may use), "memory" ("15.6 GiB"),
/// "os", "kernel", "compiler", "instruction set" (what this program was compiled for). A fact that the system does not
/// tell reads "unknown".
std::map<std::string, std::string> describe_machine();

/// The cores that this process may use (its CPU affinity), at least 1.
int usable_cores();

/// What the OpenBLAS in this process tells of itself.
struct BlasFacts {
  std::string config;  ///< version and build options; empty when the BLAS in use is another
  std::string core;    ///< the kernels it chose for this CPU: "SkylakeX"
  int threads = 0;
};
BlasFacts describe_blas();

}  // namespace gradclinic
