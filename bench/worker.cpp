// bench_worker: reads one measurement a line and answers each with one line of JSON, so that bench/run can alternate
// between two programs that both stay warm.

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <sstream>

#include "gradclinic/tensor/blas.h"
#include "measurements.h"

namespace gradclinic {
namespace {

std::string answer(std::istringstream& line) {
  std::string name;
  Size size;
  Index first = 0, second = 0, third = 0;
  line >> name;
  if (name == "facts") return measure_facts();
  if (name == "notebook") return measure_notebook();
  if (name == "matrix_exponential" && line >> first >> second >> third)
    return measure_matrix_exponential(first, second, third);
  if (!(line >> size.depth >> size.width >> size.batch)) return {};
  if (name == "pieces") return measure_pieces(size);
  if (name == "step" && line >> first >> second >> third) return measure_step(size, first, second, third != 0);
  return {};
}

}  // namespace
}  // namespace gradclinic

int main() {
  gradclinic::use_one_blas_thread();
  for (std::string text; std::getline(std::cin, text);) {
    std::istringstream line(text);
    const std::string result = gradclinic::answer(line);
    if (result.empty()) {
      fmt::print(stderr, "bench_worker: cannot measure \"{}\"\n", text);
      return EXIT_FAILURE;
    }
    fmt::print("{}\n", result);
    std::fflush(stdout);
  }
}
